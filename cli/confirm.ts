import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { type Shown, shown } from '../packages/terminal/printable.ts';
import { lineWriter, standardStreams } from '../packages/terminal/standard-streams.ts';
import { Interrupted } from './signal-handling.ts';

/**
 * Asks a yes-or-no question at the terminal; anything but y or yes is no.
 * @throws Interrupted on Ctrl-C
 */
export async function confirm(question: Shown, signal: AbortSignal): Promise<boolean> {
  return /^y(es)?$/i.test((await prompt(shown`${question} (y/N)`, false, signal)).trim());
}

/**
 * Asks for a word at the terminal.
 * @param hidden what is typed is not shown
 * @throws Interrupted on Ctrl-C
 */
export async function prompt(question: Shown, hidden: boolean, signal: AbortSignal): Promise<string> {
  const { stdout } = standardStreams();
  if (hidden) lineWriter(stdout)(question);
  const endLine = () => lineWriter(stdout)(shown``);
  const terminal = createInterface({
    input: process.stdin,
    output: hidden ? nowhere() : stdout,
    terminal: true,
    historySize: 0,
  });
  const gone = new AbortController();
  // readline takes Ctrl-C for itself, and an end of input (Ctrl-D) would leave the question open for ever.
  terminal.on('SIGINT', () => gone.abort(new Interrupted('interrupted')));
  terminal.on('close', () => gone.abort(new Interrupted('interrupted')));
  try {
    const answer = await terminal.question(hidden ? '' : `${question} `, {
      signal: AbortSignal.any([signal, gone.signal]),
    });
    if (hidden) endLine();
    return answer;
  } catch {
    endLine();
    throw new Interrupted('interrupted');
  } finally {
    terminal.close();
  }
}

/** Where readline's echo goes of what must not be seen. */
function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
