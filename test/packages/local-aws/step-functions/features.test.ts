import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { enginePage } from '../../../../packages/local-aws/step-functions/engine-page.ts';
import { features } from '../../../../packages/local-aws/step-functions/features.ts';
import { choiceFacts } from './facts/choice.ts';
import { dataFacts } from './facts/data-flow.ts';
import { failureFacts } from './facts/failures.ts';
import { intrinsicFacts } from './facts/intrinsic-functions.ts';
import { mapFacts } from './facts/maps.ts';
import { benchWith } from './machine-fixture.ts';

const facts = [...choiceFacts, ...dataFacts, ...failureFacts, ...intrinsicFacts, ...mapFacts];
const all = features();

describe('the engine does what AWS does', () => {
  test.each(facts)('$title ($source)', async ({ definition, input, output, failure, functions }) => {
    const bench = await benchWith(definition, functions);
    const ended = await bench.run(input);
    if (failure === undefined) {
      expect(ended).toMatchObject({ status: 'SUCCEEDED' });
      expect(JSON.parse(String(ended.output))).toEqual(output);
    } else {
      expect(ended).toMatchObject({ status: 'FAILED', ...failure });
      if (failure.error === undefined) expect(ended).not.toHaveProperty('error');
    }
  });

  test('every feature that runs is in a machine that was played above', () => {
    const played = JSON.stringify(facts.map(({ definition }) => definition));
    const used = new Set(facts.flatMap(({ definition }) => [...usedBy(definition)]));
    const shown = ({ group, name }: (typeof all)[number]) => {
      switch (group) {
        case 'Machine':
        case 'Every state':
        case 'Choice, operators':
          return played.includes(`"${name}":`);
        case 'Intrinsic functions':
          return played.includes(`${name}(`);
        case 'Context object':
          return played.includes(name);
        case 'Types of states':
          return played.includes(`"Type":"${name}"`);
        case 'Map, ProcessorConfig':
          return played.includes(`"Mode":"${name.split(',')[0]}"`);
        case 'Task, Resource':
          return played.includes('"Resource":"arn:aws:lambda:');
        case 'Paths':
          return paths[name]?.test(played) ?? false;
        default:
          return used.has(`${group}.${name}`);
      }
    };
    expect(all.filter((feature) => feature.refusal === undefined && !shown(feature))).toEqual([]);
  });
});

/** How each form of a path looks in a definition. */
const paths: Readonly<Record<string, RegExp>> = {
  $: /"\$"/,
  $$: /"\$\$"/,
  '.name': /\$\.\w/,
  "['name']": /\['/,
  '[0]': /\[0\]/,
  '[-1]': /\[-1\]/,
  '[*]': /\[\*\]/,
  '.*': /\$\.\*/,
  '[1:3]': /\[1:3\]/,
};

/** `Task.Retry`, `Retry.ErrorEquals` and so on. */
function* usedBy(value: unknown, parent = ''): Generator<string> {
  if (Array.isArray(value)) {
    for (const inner of value) yield* usedBy(inner, parent);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const type = 'Type' in value && typeof value.Type === 'string' ? value.Type : parent;
  for (const [key, inner] of Object.entries(value)) {
    yield `${type}.${key}`;
    yield* usedBy(inner, key);
  }
}

describe('what the engine does not run', () => {
  const refused = all.filter(({ refusal }) => refusal !== undefined);

  test.each(refused)('$group: $name is refused by state and field', ({ refusal }) => {
    expect(refusal).toMatch(/^States\.X\.[\w.]+: /);
  });

  test.each([
    [
      'a rule with an unknown operator',
      { Choices: [{ Variable: '$', NumericNear: 1, Next: 'X' }] },
      'NumericNear',
    ],
    [
      'a rule with two operators',
      { Choices: [{ Variable: '$', IsNull: true, IsString: true, Next: 'X' }] },
      'one operator',
    ],
    [
      'a rule that compares with another type',
      { Choices: [{ Variable: '$', NumericEquals: '1', Next: 'X' }] },
      'a number',
    ],
    [
      'a rule about more than one place',
      { Choices: [{ Variable: '$[*]', IsNull: true, Next: 'X' }] },
      'one place',
    ],
    ['a rule without a target', { Choices: [{ Variable: '$', IsNull: true }] }, 'Choices.0.Next'],
    [
      'a target that is not there',
      { Choices: [{ Variable: '$', IsNull: true, Next: 'Y' }] },
      'there is no state Y',
    ],
  ])('%s', async (_, fields, message) => {
    const start = benchWith({ StartAt: 'X', States: { X: { Type: 'Choice', ...fields } } });
    await expect(start).rejects.toThrow(message);
    await expect(start).rejects.toThrow('States.X.Choices.0');
  });

  test.each([
    ['an unknown function', "States.Reverse('a')", 'States.Reverse does not run here'],
    ['a call with too few arguments', 'States.MathAdd(1)', 'takes 2 arguments'],
    ['a Format whose places and values differ', "States.Format('{} {}', $.a)", '2 {}, but 1 values'],
    ['a merge of more than the first level', 'States.JsonMerge($.a, $.b, true)', 'only false'],
    ['a call that goes on', 'States.UUID() x', 'goes on'],
    ['words', 'no path', 'neither a path nor an intrinsic function'],
    ['a context field that there is not', '$$.Execution.Owner', 'no $$.Execution.Owner'],
  ])('%s in a template', async (_, text, message) => {
    const start = benchWith({
      StartAt: 'X',
      States: { X: { Type: 'Pass', Parameters: { inner: [{ 'x.$': text }] }, End: true } },
    });
    await expect(start).rejects.toThrow(message);
    await expect(start).rejects.toThrow('States.X.Parameters: x.$');
  });

  test.each([
    ['neither Next nor End', { X: { Type: 'Pass' } }, 'States.X: needs exactly one of Next, End'],
    [
      'both Next and End',
      { X: { Type: 'Pass', Next: 'X', End: true } },
      'States.X: needs exactly one of Next, End',
    ],
    [
      'a Wait for two times',
      { X: { Type: 'Wait', Seconds: 1, SecondsPath: '$.a', End: true } },
      'exactly one of Seconds',
    ],
    [
      'a Fail with two errors',
      { X: { Type: 'Fail', Error: 'E', ErrorPath: '$.a' } },
      'only one of Error, ErrorPath',
    ],
    [
      'a Fail whose error may be no string',
      { X: { Type: 'Fail', ErrorPath: 'States.Array($.a)' } },
      'States.X.ErrorPath',
    ],
    [
      'a name that is there twice',
      { X: { Type: 'Map', ItemProcessor: { StartAt: 'X', States: { X: { Type: 'Succeed' } } }, End: true } },
      'another state',
    ],
    [
      'States.ALL that is not alone',
      {
        X: {
          Type: 'Map',
          ItemProcessor: { StartAt: 'I', States: { I: { Type: 'Succeed' } } },
          Retry: [{ ErrorEquals: ['States.ALL', 'A'] }],
          End: true,
        },
      },
      'States.X.Retry.0.ErrorEquals: States.ALL must be alone',
    ],
  ])('a machine with %s', async (_, States, message) => {
    await expect(benchWith({ StartAt: 'X', States })).rejects.toThrow(message);
  });
});

test('the page shows what the loader says (npm run engine)', () => {
  expect(readFileSync(new URL('../../../../docs/local-engine.md', import.meta.url), 'utf8')).toBe(
    enginePage(),
  );
});
