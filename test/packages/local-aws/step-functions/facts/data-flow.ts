import { expect } from 'vitest';
import { executionArn, machineArn } from '../machine-fixture.ts';
import { expression, type Fact, inOnly, only, pass, task } from './fact.ts';

const echo = { echo: (input: unknown) => input };
const items = { items: [{ v: 1 }, { v: 2 }, { v: 3 }] };
const found = (
  path: string,
  input: Fact['input'],
  result: unknown,
  source: Fact['source'] = 'recorded',
): Fact => ({
  title: `${path} of ${JSON.stringify(input)}`,
  source,
  definition: expression(path),
  input,
  output: { result },
});
const context = {
  Execution: {
    Id: executionArn('run'),
    Input: { a: 0 },
    StartTime: '2026-01-01T00:00:00.000Z',
    Name: 'run',
    RoleArn: 'arn:aws:iam::111122223333:role/m',
    RedriveCount: 0,
  },
  StateMachine: { Id: machineArn, Name: 'm' },
  State: { Name: 'Only', EnteredTime: '2026-01-01T00:00:00.000Z' },
};
const resultPaths = (
  title: string,
  ResultPath: string | null,
  input: Fact['input'],
  output: unknown,
): Fact => ({
  title: `a result at ${ResultPath}: ${title}`,
  source: 'documented',
  definition: pass({ Result: 'r', ResultPath }),
  input,
  output,
});
const mismatch = (input: Fact['input']): Fact => ({
  title: `a ResultPath through ${JSON.stringify(input)} fails`,
  source: 'documented',
  definition: pass({ Result: 'r', ResultPath: '$.a.b' }),
  input,
  failure: { error: 'States.ResultPathMatchFailure' },
});

export const dataFacts: readonly Fact[] = [
  found('$', items, items),
  found('$.items[0]', items, { v: 1 }),
  found('$.items[-1]', items, { v: 3 }, 'documented'),
  found('$.items[-2:].v', items, [2, 3], 'documented'),
  found('$.items[:-1].v', items, [1, 2], 'documented'),
  {
    title: 'an index beyond either end finds nothing',
    source: 'documented',
    definition: expression('$.items[-4]'),
    input: items,
    failure: { error: 'States.Runtime' },
  },
  found('$.items[*]', items, items.items, 'documented'),
  found('$.items[*].v', items, [1, 2, 3], 'documented'),
  found('$.items[1:3].v', items, [2, 3], 'documented'),
  found('$.*', { a: 1, b: 2 }, [1, 2], 'documented'),
  found("$['a b'].c", { 'a b': { c: 1 } }, 1, 'documented'),
  found(`$['Test\\""Name"']`, { 'Test\\""Name"': 'quoted' }, 'quoted'),
  ...['$.items[*]', '$.items[*].v', '$.items[1:]', '$.items[:1].v', '$.item.items[1:5]'].map((path) =>
    found(path, {}, []),
  ),
  {
    title: 'a path in a template that finds nothing ends the execution',
    source: 'recorded',
    definition: expression('$.missing'),
    input: { a: 0 },
    failure: {
      error: 'States.Runtime',
      cause: inOnly(
        `The JSONPath '$.missing' specified for the field 'result.$' could not be found in the input '{"a":0}'`,
      ),
    },
  },
  {
    title: 'an InputPath that finds nothing ends the execution',
    source: 'recorded',
    definition: pass({ InputPath: '$.missing' }),
    input: { a: 0 },
    failure: {
      error: 'States.Runtime',
      cause: inOnly("Invalid path '$.missing' : No results for path: $['missing']"),
    },
  },
  {
    title: 'an InputPath that breaks off on the way says where',
    source: 'recorded',
    definition: pass({ InputPath: '$.no.such.path' }),
    input: {},
    failure: {
      error: 'States.Runtime',
      cause: inOnly("Invalid path '$.no.such.path' : Missing property in path $['no']"),
    },
  },
  {
    title: 'the whole context object as InputPath',
    source: 'recorded',
    definition: pass({ InputPath: '$$' }),
    input: { a: 0 },
    output: context,
  },
  {
    title: 'the whole context object as OutputPath',
    source: 'recorded',
    definition: pass({ OutputPath: '$$' }),
    input: { a: 0 },
    output: context,
  },
  {
    title: 'fields of the context object, in a template',
    source: 'recorded',
    definition: pass({
      Parameters: {
        'id.$': '$$.Execution.Id',
        'input.$': '$$.Execution.Input',
        'name.$': '$$.Execution.Name',
        'redrives.$': '$$.Execution.RedriveCount',
        'role.$': '$$.Execution.RoleArn',
        'start.$': '$$.Execution.StartTime',
        'machine.$': '$$.StateMachine.Id',
        'machineName.$': '$$.StateMachine.Name',
        'state.$': '$$.State.Name',
        'entered.$': '$$.State.EnteredTime',
        constant: [{ 'inner.$': '$.a' }, 'text'],
      },
    }),
    input: { a: 0 },
    output: {
      id: executionArn('run'),
      input: { a: 0 },
      name: 'run',
      redrives: 0,
      role: 'arn:aws:iam::111122223333:role/m',
      start: '2026-01-01T00:00:00.000Z',
      machine: machineArn,
      machineName: 'm',
      state: 'Only',
      entered: '2026-01-01T00:00:00.000Z',
      constant: [{ inner: 0 }, 'text'],
    },
  },
  {
    title: 'InputPath and OutputPath null are empty objects, ResultPath null keeps the input',
    source: 'documented',
    definition: {
      StartAt: 'One',
      States: {
        One: { Type: 'Pass', InputPath: null, ResultPath: '$.one', Next: 'Two' },
        Two: { Type: 'Pass', Result: 0, ResultPath: null, Next: 'Three' },
        Three: { Type: 'Pass', OutputPath: null, ResultPath: '$.never', Next: 'Four' },
        Four: { Type: 'Pass', Result: [], ResultPath: '$.four', End: true },
      },
    },
    input: { a: 1 },
    output: { four: [] },
  },
  ...[0, false, '', null, []].map(
    (Result): Fact => ({
      title: `a Pass gives the result ${JSON.stringify(Result)}`,
      source: 'documented',
      definition: pass({ Result }),
      input: { a: 1 },
      output: Result,
    }),
  ),
  resultPaths('replaces the input', '$', { a: 1 }, 'r'),
  resultPaths('is put beside the input', '$.x', { a: 1 }, { a: 1, x: 'r' }),
  resultPaths('makes the objects on the way', "$.x['y z'].w", { a: 1 }, { a: 1, x: { 'y z': { w: 'r' } } }),
  resultPaths('replaces what is there', '$.a', { a: { b: 1 } }, { a: 'r' }),
  mismatch({ a: 'text' }),
  mismatch({ a: [1] }),
  mismatch('text'),
  {
    title: 'a task selects from its input and its result, and puts it into the input',
    source: 'documented',
    definition: only(
      task('echo', {
        InputPath: '$.in',
        Parameters: { 'n.$': '$.n', fixed: 1 },
        ResultSelector: { 'got.$': '$.n' },
        ResultPath: '$.result',
        OutputPath: '$.result.got',
        End: true,
      }),
    ),
    input: { in: { n: 5 } },
    output: 5,
    functions: echo,
  },
  {
    title: 'a result of a task that cannot be put into the input can be caught',
    source: 'documented',
    definition: {
      StartAt: 'Try',
      States: {
        Try: task('echo', {
          ResultPath: '$.a.b',
          Catch: [
            { ErrorEquals: ['States.ResultPathMatchFailure'], ResultPath: '$.failure', Next: 'Caught' },
          ],
          End: true,
        }),
        Caught: { Type: 'Pass', InputPath: '$.failure.Error', End: true },
      },
    },
    input: { a: 1 },
    output: 'States.ResultPathMatchFailure',
    functions: echo,
  },
  {
    title: 'Succeed selects what is given on',
    source: 'documented',
    definition: only({ Type: 'Succeed', InputPath: '$.a', OutputPath: '$.b' }),
    input: { a: { b: 3 } },
    output: 3,
  },
  {
    title: 'a machine, its states, items, retriers and catchers may carry comments',
    source: 'recorded',
    definition: {
      ...only(
        task('echo', {
          Comment: 'of a state',
          QueryLanguage: 'JSONPath',
          Retry: [{ ErrorEquals: ['A'], Comment: 'of a retrier' }],
          Catch: [{ ErrorEquals: ['A'], Next: 'Only', Comment: 'of a catcher' }],
          End: true,
        }),
      ),
      ...{ Comment: 'of a machine', Version: '1.0', TimeoutSeconds: 60, QueryLanguage: 'JSONPath' },
    },
    input: {},
    output: {},
    functions: echo,
  },
  ...[
    ['SecondsPath', 1, undefined],
    ['SecondsPath', -1, 'The SecondsPath parameter references a negative value: $.at == -1'],
    ['SecondsPath', 1.5, 'The SecondsPath parameter cannot be parsed as a long value: $.at == 1.5'],
    ['TimestampPath', '2016-03-05T21:29:29.243167252Z', undefined],
    ...['2016-12-05 21:29:29Z', '2016-12-05T21:29:29', '2016-13-05T21:29:29Z', '2016-12-05T25:29:29Z'].map(
      (at) => [
        'TimestampPath',
        at,
        `The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: $.at == ${at}`,
      ],
    ),
    ['TimestampPath', '2094-12-15T22:34:34.000Z', 'Wait state delay is too long.'],
  ].map(
    ([field = '', at = null, cause]): Fact => ({
      title: `a Wait whose ${field} leads to ${at}`,
      source: 'recorded',
      definition: only({ Type: 'Wait', [String(field)]: '$.at', End: true }),
      input: { at },
      ...(cause === undefined
        ? { output: { at } }
        : { failure: { error: 'States.Runtime', cause: inOnly(String(cause)) } }),
    }),
  ),
  {
    title: 'a Wait whose SecondsPath finds nothing ends the execution',
    source: 'recorded',
    definition: only({ Type: 'Wait', SecondsPath: '$.at', End: true }),
    input: {},
    failure: {
      error: 'States.Runtime',
      cause: inOnly('The SecondsPath parameter does not reference an input value: $.at'),
    },
  },
  {
    title: 'a Wait waits for its seconds and until its moment, and selects what is given on',
    source: 'documented',
    definition: {
      StartAt: 'For',
      States: {
        For: { Type: 'Wait', Seconds: 60, InputPath: '$.a', OutputPath: '$.b', Next: 'Until' },
        Until: { Type: 'Wait', Timestamp: '2026-01-01T02:00:00+01:00', Next: 'Then' },
        Then: { Type: 'Pass', Parameters: { 'at.$': '$$.State.EnteredTime', 'b.$': '$' }, End: true },
      },
    },
    input: { a: { b: 1 } },
    output: { at: '2026-01-01T01:00:00.000Z', b: 1 },
  },
  {
    title: 'a retried task knows how often it was retried',
    source: 'recorded',
    definition: only(
      task('count', {
        Parameters: { 'retries.$': '$$.State.RetryCount' },
        ResultSelector: { 'sent.$': '$', 'last.$': '$$.State.RetryCount' },
        Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 3 }],
        End: true,
      }),
    ),
    input: {},
    output: { sent: { retries: 2 }, last: 2 },
    functions: {
      count: (input: { retries: number }) => {
        if (input.retries < 2) throw new Error('not yet');
        return input;
      },
    },
  },
  {
    title: 'a Wait until a moment that is past does not wait',
    source: 'documented',
    definition: {
      StartAt: 'Until',
      States: {
        Until: { Type: 'Wait', Timestamp: '2016-03-14T01:59:00Z', Next: 'Then' },
        Then: { Type: 'Pass', InputPath: '$$.State.EnteredTime', End: true },
      },
    },
    input: {},
    output: expect.stringContaining('2026-01-01T00:00:00'),
  },
];
