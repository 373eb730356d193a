import type { CliEvent } from '../events.ts';

type Rows = Extract<CliEvent, { event: 'smoke.done' }>['rows'];

/** The rows as lines of a table; below a row is what to do about it. */
export function smokeTable(rows: Rows): string[] {
  const width = Math.max(...rows.map(({ name }) => name.length));
  const indent = ' '.repeat(width + 2);
  return rows.flatMap(({ name, result, seen, todo }) => [
    `${name.padEnd(width)}  ${result.padEnd(17)}  ${seen}`,
    ...(todo === undefined ? [] : [`${indent}→ ${todo}`]),
  ]);
}
