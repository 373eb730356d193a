import { createInterface } from 'node:readline/promises';
import { Interrupted } from './interruption.ts';

/**
 * Asks a yes-or-no question at the terminal; anything but y or yes is no.
 * @throws Interrupted on Ctrl-C
 */
export async function confirm(question: string, signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const gone = new AbortController();
  // readline takes Ctrl-C for itself, and an end of input (Ctrl-D) would leave the question open for ever.
  terminal.on('SIGINT', () => gone.abort(new Interrupted('interrupted')));
  terminal.on('close', () => gone.abort(new Interrupted('interrupted')));
  try {
    const answer = await terminal.question(`${question} (y/N) `, {
      signal: AbortSignal.any([signal, gone.signal]),
    });
    return /^y(es)?$/i.test(answer.trim());
  } catch {
    process.stdout.write('\n');
    throw new Interrupted('interrupted');
  } finally {
    terminal.close();
  }
}
