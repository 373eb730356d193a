import { ChirpsmithError } from '../functions/shared/errors.ts';
import { ApiRefusal, ApiUnreachable } from './api-client.ts';
import { createDisplay, type Display } from './display/display.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { InputRejected } from './input-rejected.ts';
import { Interrupted, onInterruption } from './interruption.ts';

/** What a command works with. */
export interface Surroundings {
  readonly display: Display;
  readonly json: boolean;
  readonly env: NodeJS.ProcessEnv;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
}

/**
 * Runs one command from its arguments to the end of the process: help, errors in the display's form, exit
 * code. Standard output is written out before the process ends, whatever it is connected to.
 */
export async function runCommand<Arguments extends { json: boolean; help: boolean }>(command: {
  help: string;
  parse(argv: readonly string[], env: NodeJS.ProcessEnv): Arguments;
  run(args: Arguments, surroundings: Surroundings): Promise<ExitCode>;
}): Promise<never> {
  const { argv, env, stdout, stderr } = process;
  const given = argv.slice(2);
  // Also when the arguments cannot be parsed: who asked for JSON gets the refusal as JSON.
  const json = given.includes('--json');
  const display = createDisplay({ json, stdout, stderr, env });
  // `… | head` is no error of ours; a session that has been started goes on.
  stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

  const signal = onInterruption(() => display.close());
  let code: ExitCode;
  try {
    const args = command.parse(given, env);
    if (args.help) {
      stdout.write(command.help);
      code = exitCodes.done;
    } else {
      code = await command.run(args, { display, json, env, signal });
    }
  } catch (error) {
    code = signal.aborted ? tellInterruption(display) : tellError(error, display);
  }
  display.close();
  await Promise.all([stdout, stderr].map((stream) => new Promise((done) => stream.write('', done))));
  process.exit(code);
}

/** Ctrl-C before anything was started. */
function tellInterruption(display: Display): ExitCode {
  display.tell({
    event: 'session.left',
    running: false,
    next: { words: 'Run the same command again to begin anew.' },
  });
  return exitCodes.left;
}

/** Puts an error into the display's form. Stack traces only for what is a bug. */
function tellError(error: unknown, display: Display): ExitCode {
  if (error instanceof Interrupted) return tellInterruption(display);
  if (error instanceof InputRejected) {
    const { message, problems, counts } = error;
    display.tell({ event: 'input.rejected', message, problems, ...counts });
    return exitCodes.badInput;
  }
  if (error instanceof ApiRefusal && error.status >= 400 && error.status < 500 && error.status !== 401) {
    display.tell({ event: 'input.rejected', message: error.message, problems: error.problems });
    return exitCodes.badInput;
  }
  const known =
    error instanceof ChirpsmithError || error instanceof ApiRefusal || error instanceof ApiUnreachable;
  const message = known
    ? error.message
    : `Something went wrong that nobody foresaw.\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  display.tell({ event: 'error', message });
  return exitCodes.failed;
}
