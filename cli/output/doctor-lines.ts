import { nextLines } from './end-lines.ts';
import { counted } from './format.ts';
import type { Paint } from './paint.ts';
import { indented } from './text-width.ts';
import type { ShownEvent } from './types.ts';

type Checked = Extract<ShownEvent, { event: 'doctor.checked' | 'dry-run.checked' }>;
type DryRun = Extract<ShownEvent, { event: 'dry-run.passed' | 'dry-run.failed' }>;
type Done = Extract<ShownEvent, { event: 'doctor.done' }>;

/** Where what was seen begins, behind the mark and the check's name. */
const by = 12;

const marks = { ok: '✓', warning: '!', failed: '✗' } as const;

/** One check: its mark, what was seen, and below it what to do. A command stays whole, to be copied. */
export function checkLines(
  { check, result, seen, next }: Checked,
  { paint, width }: { paint: Paint; width: number },
): string[] {
  const style = { ok: paint.good, warning: paint.odd, failed: paint.bad }[result];
  const [first = '', ...more] = indented(seen, { by, width });
  return [
    `${style(marks[result])} ${check.padEnd(by - 2)}${first.slice(by)}`,
    ...more,
    ...next.flatMap(({ words, command }) => [
      ...indented(words, { by, width, style: paint.dim }),
      ...(command === undefined ? [] : [`${' '.repeat(by)}  ${command}`]),
    ]),
  ];
}

/** What it came to. */
export function doctorDone({ ok, warning, failed }: Done): string {
  const checks = counted(ok.length + warning.length + failed.length, 'check');
  if (failed.length > 0) return `${checks}: ${failed.join(', ')} must be mended first.`;
  if (warning.length > 0) return `${checks}: nothing is wrong; ${warning.join(', ')} may need a look.`;
  return `${checks}: all is right.`;
}

/** What a dry run came to, what it could not try, and the command that makes the real one. */
export function dryRunLines(event: DryRun): string[] {
  const { name, warning, notTried } = event;
  const nothing = 'Nothing was started or spent.';
  const odd = warning.length > 0 ? ` ${warning.join(', ')} may need a look.` : '';
  const came =
    event.event === 'dry-run.failed'
      ? `Dry run of "${name}": ${event.failed.join(', ')} must be mended first.${odd} ${nothing}`
      : `Dry run of "${name}": nothing is wrong with what was tried.${odd} ${nothing}`;
  return [
    came,
    `Not tried: ${notTried.join('; ')}.`,
    ...(event.event === 'dry-run.passed' ? nextLines(event.next) : []),
  ];
}
