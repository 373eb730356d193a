import { type Feature, features } from './features.ts';

/** `docs/local-engine.md`, made from what the loader accepts and refuses. */
export function enginePage(): string {
  const all = features();
  const groups = [...new Set(all.map(({ group }) => group))];
  return `${[
    '# The local engine',
    '',
    '<!-- Made by `npm run engine` from packages/local-aws/step-functions/: change that, not this page. -->',
    '',
    'On one machine an interpreter of our own runs the machines of the template: the Amazon States Language with',
    'JSONPath. What it runs, it runs as AWS does: the same results, the same error names, the same events in the same',
    'order. What it does not run is refused when the stack starts, by state and field. Nothing is ignored.',
    '',
    'A test plays each feature that runs against a result that AWS recorded or documents, and another one sees each',
    'other feature refused. Both take their list from the loader, as this table does.',
    '',
    '| feature | as AWS | refused |',
    '|---|---|---|',
    ...groups.map((group) => row(group, all)),
    '',
    '## What no definition can show',
    '',
    '- Numbers are those of JavaScript: `1.0` is `1`, and whole numbers beyond 2⁵³ lose digits.',
    '- The time-out of a task counts seconds of the wall, also when the waits of the machine run faster. Neither it nor that of the machine counts the time until a worker is free.',
    '  It may be a fraction here, for the tests; AWS refuses that.',
    '- Error names are those of AWS. The words of a cause are, too, as far as they are recorded; those of',
    '  `States.NoChoiceMatched`, `States.ResultPathMatchFailure` and `States.IntrinsicFailure` are ours.',
    '- A `ResultPath` that leads through `null` fails as one that leads through a text does.',
    '- Of a Distributed Map, the executions of the items are not listed, and their histories are not kept.',
    '- Quotas of an account, such as those on state transitions, are not held.',
  ].join('\n')}\n`;
}

const code = (name: string) => `\`${name.replaceAll('|', '\\|')}\``;

function row(group: string, all: readonly Feature[]): string {
  const names = (refused: boolean) =>
    all
      .filter((feature) => feature.group === group && (feature.refusal !== undefined) === refused)
      .map(({ name }) => code(name))
      .join(', ');
  return `| ${group} | ${names(false)} | ${names(true)} |`;
}
