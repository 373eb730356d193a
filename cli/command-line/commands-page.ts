import { exitMeanings } from '../exit-codes.ts';
import type { Described } from './define-command.ts';

const [start, end] = ['<!-- commands:start -->', '<!-- commands:end -->'];

/** docs/command-line.md with its tables as the table of commands has them now. */
export function withCommands(page: string, commands: readonly Described[]): string {
  const [before = '', rest = ''] = page.split(start);
  const [, after] = rest.split(end);
  if (after === undefined) throw new Error(`The page has no ${start} and ${end}.`);
  return `${before}${start}\n${tables(commands)}\n${end}${after}`;
}

function tables(commands: readonly Described[]): string {
  const rows = commands.map(({ name, usage, summary, page }) => {
    const [args = ''] = usage[0] ?? [];
    const does = page === undefined ? summary : `[${summary}](${page})`;
    return `| \`${`${name} ${args}`.trim()}\` | ${does} |`;
  });
  const codes = Object.entries(exitMeanings).map(([code, meaning]) => `| ${code} | ${meaning} |`);
  return [
    '| command | does |',
    '|---|---|',
    ...rows,
    '',
    '## Exit codes',
    '',
    '| code | meaning |',
    '|---|---|',
    ...codes,
  ].join('\n');
}
