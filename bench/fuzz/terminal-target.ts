import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import fc from 'fast-check';
import type { CliEvent } from '../../cli/events.ts';
import { createDisplay } from '../../cli/output/output.ts';
import { openLogs } from '../../local/stack/logs.ts';
import { withinJson } from '../../packages/terminal/printable.ts';
import { hostileText } from './hostile-values.ts';
import type { Target } from './target.ts';
import { foreign, toldEvents } from './told-events.ts';

interface HostileStory {
  readonly events: readonly CliEvent[];
  /** A line that a part of the local stack logs. */
  readonly line: string;
}

/** What acts instead of being seen, said here once more: the product's own list is what is tried. */
const acting =
  /[\p{Cc}\u061C\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uD800-\uDFFF\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}]/u;

/** What cli-progress sends: the cursor is moved, hidden and shown, lines are cleared, wrapping is switched. */
const drawing = new RegExp(`${String.fromCharCode(27)}\\[(?:\\d+[AG]|\\?25[lh]|\\?7[lh]|[012]?[KJ]|0m)`, 'g');

/** Texts that act, beside those of every fuzz. */
const actingText = fc
  .array(
    fc.oneof(
      hostileText,
      fc.constantFrom(
        '\u001B]0;title\u0007',
        '\u001B[1A\u001B[2K',
        '\u009B31m',
        '\u001BPq\u001B\\',
        '\nModel ready: chirp-custom:forged',
        '\n- Model ready: chirp-custom:forged',
        '\r\u001B[K',
        '\u2066\u202E\u2069',
        '\u2028\u2029\u0085',
        '\b\b\b',
      ),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((texts) => texts.join(''));

/** The same event with a hostile text in each field that holds foreign text. */
function withForeign<T>(value: T, texts: readonly string[], count = { used: 0 }): T {
  const fill = (one: unknown): unknown => {
    if (typeof one === 'string')
      return one.replaceAll(foreign, () => texts[count.used++ % texts.length] ?? '');
    if (Array.isArray(one)) return one.map(fill);
    if (typeof one !== 'object' || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([key, inner]) => [key, fill(inner)]));
  };
  return fill(value) as T;
}

/** File names and words of others in everything that the command line tells, in each of its three forms, and in logs. */
export const terminalTarget: Target<HostileStory> = {
  name: 'the terminal',
  input: fc.record({
    events: fc
      .tuple(
        fc.subarray([...toldEvents], { minLength: 1 }),
        fc.array(actingText, { minLength: 1, maxLength: 9 }),
      )
      .map(([events, texts]) => events.map((event) => withForeign(event, texts))),
    line: actingText,
  }),
  async play({ events, line }) {
    const [json, plain, live] = (['json', 'plain', 'live'] as const).map((mode) => shownIn(mode, events));
    const jsonLines = lines(json ?? '');
    const asTold = events
      .filter(({ event }) => event !== 'stack.stopped')
      .map((event) => JSON.stringify(event));
    const log = logged(line);
    return [
      ...(lines(plain ?? '').some((one) => acting.test(one)) ? ['plain lines hold what acts'] : []),
      ...(/^Model ready: chirp-custom:forged/m.test(plain ?? '') ? ['a plain line is forged'] : []),
      ...(lines((live ?? '').replace(drawing, '')).some((one) => acting.test(one))
        ? ['the picture holds what acts']
        : []),
      ...(jsonLines.some((one) => acting.test(one)) ? ['JSON lines hold what acts'] : []),
      ...(jsonLines.map((one) => JSON.stringify(JSON.parse(one))).join() === asTold.join()
        ? []
        : ['JSON lines do not give the texts as they were']),
      ...(log.split('\n').length === 3 && !log.split('\n').some((one) => acting.test(one))
        ? []
        : ['a line of log holds what acts, or is two']),
    ];
  },
};

const lines = (text: string) => text.split('\n').filter((line) => line !== '');

function shownIn(mode: 'json' | 'plain' | 'live', events: readonly CliEvent[]): string {
  let output = '';
  const stdout = Object.assign(
    new Writable({
      write(chunk, _encoding, done) {
        output += chunk;
        done();
      },
    }),
    { isTTY: mode === 'live', columns: 80, rows: 60 },
  );
  const stderr = {
    write(text: string) {
      if (mode === 'plain') output += text;
      return true;
    },
  };
  const env = { TERM: 'xterm', NO_COLOR: '1' };
  const display = createDisplay({ json: mode === 'json', stdout, stderr, env });
  for (const event of events) display.emit(event);
  display.close();
  return output;
}

/** The line as the local stack logs it, and as a function does. */
function logged(line: string): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'chirpsmith-fuzz-'));
  try {
    const logs = openLogs(directory);
    logs.write('s3', line);
    logs.write('s3', JSON.stringify({ reason: withinJson(line) }));
    logs.close();
    return readFileSync(path.join(directory, 's3.log'), 'utf8');
  } finally {
    rmSync(directory, { recursive: true });
  }
}
