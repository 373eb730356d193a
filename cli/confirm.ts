import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { Interrupted } from './interruption.ts';

/**
 * Asks a yes-or-no question at the terminal; anything but y or yes is no.
 * @throws Interrupted on Ctrl-C
 */
export async function confirm(question: string, signal: AbortSignal): Promise<boolean> {
  return /^y(es)?$/i.test((await prompt(`${question} (y/N)`, false, signal)).trim());
}

/**
 * Asks for a word at the terminal.
 * @param hidden what is typed is not shown
 * @throws Interrupted on Ctrl-C
 */
export async function prompt(question: string, hidden: boolean, signal: AbortSignal): Promise<string> {
  if (hidden) process.stdout.write(`${question} `);
  const terminal = createInterface({
    input: process.stdin,
    output: hidden ? nowhere() : process.stdout,
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
    if (hidden) process.stdout.write('\n');
    return answer;
  } catch {
    process.stdout.write('\n');
    throw new Interrupted('interrupted');
  } finally {
    terminal.close();
  }
}

/** Where readline's echo goes of what must not be seen. */
function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
