import { ChirpsmithError } from '../functions/shared/errors.ts';
import { escaped, own, type Shown } from '../functions/shared/shown.ts';
import { explainFileError } from '../local/file-errors.ts';
import { pathSettings } from '../local/home.ts';
import { watchParent } from '../local/parent.ts';
import { useProxy } from '../local/proxy.ts';
import { lineWriter, standardStreams } from '../local/standard-streams.ts';
import { ApiRefusal, ApiUnreachable } from './api-client.ts';
import { confirm, prompt } from './confirm.ts';
import { createDisplay, type Display, type Output } from './display/display.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { InputRejected } from './input-rejected.ts';
import { Interrupted, onInterruption } from './interruption.ts';
import { leadingTo, readTarget, type Target } from './target.ts';

/** What a command works with. */
export interface Surroundings {
  readonly display: Display;
  readonly env: NodeJS.ProcessEnv;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /**
   * To be asked immediately before a call that changes or costs something.
   * @throws Interrupted when somebody has pressed Ctrl-C, or the process that started this one has ended
   */
  readonly stillWanted: () => void;
  /** Asks a yes-or-no question; absent where nobody can be asked. */
  readonly ask: ((question: string) => Promise<boolean>) | undefined;
  /** Asks for a word, which is not shown when hidden; absent where nobody can be asked. */
  readonly prompt: ((question: string, how: { hidden: boolean }) => Promise<string>) | undefined;
  /** What it drives, and as whom. */
  readonly target: Target;
}

/** One command of the command line. */
export interface Command<Arguments extends { json: boolean; help: boolean }> {
  readonly help: string;
  /** @throws InputRejected */
  parse(argv: readonly string[], env: NodeJS.ProcessEnv): Arguments;
  run(args: Arguments, surroundings: Surroundings): Promise<ExitCode>;
}

/** What a command runs in: a process, or a test. */
export interface Place {
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly stdout: Output & NodeJS.WritableStream;
  readonly stderr: Output;
  /** @param atOnce gives the terminal back when there is no time for more */
  interruption(atOnce: () => void): AbortSignal;
  /** Has the process that started this one ended? */
  readonly parentIsGone?: () => boolean;
  /** Absent where nobody sits. */
  readonly confirm: ((question: Shown, signal: AbortSignal) => Promise<boolean>) | undefined;
  /** The same for a word. */
  readonly prompt?: ((question: Shown, hidden: boolean, signal: AbortSignal) => Promise<string>) | undefined;
}

/** Runs one command as this process: its exit code ends it, after everything is written out. */
export async function runCommand<Arguments extends { json: boolean; help: boolean }>(
  command: Command<Arguments>,
): Promise<never> {
  const { argv, env, stdin } = process;
  const { stdout, stderr } = standardStreams();
  const parentIsGone = watchParent(env);
  const code = await perform(command, {
    argv: argv.slice(2),
    env,
    stdout,
    stderr,
    interruption: (atOnce) => onInterruption(atOnce, parentIsGone),
    parentIsGone,
    ...(stdin.isTTY && stdout.isTTY ? { confirm, prompt } : { confirm: undefined }),
  });
  await Promise.all([stdout, stderr].map((stream) => new Promise((done) => stream.write('', done))));
  process.exit(code);
}

/** Runs one command from its arguments to its exit code; whatever is thrown becomes words. */
export async function perform<Arguments extends { json: boolean; help: boolean }>(
  command: Command<Arguments>,
  { argv, env, stdout, stderr, interruption, parentIsGone = () => false, confirm, prompt }: Place,
): Promise<ExitCode> {
  // Also when the arguments cannot be parsed: who asked for JSON gets the refusal as JSON.
  const json = argv.includes('--json');
  const { target, rest, problems } = readTarget(argv, env);
  const shown = createDisplay({ json, stdout, stderr, env });
  const display: Display = { ...shown, tell: (event) => shown.tell(leadingTo(target, env, event)) };
  const signal = interruption(() => display.close());
  const ask = async (question: string) => {
    display.close();
    return (await confirm?.(escaped(question), signal)) ?? false;
  };
  try {
    useProxy(env);
    const args = command.parse(rest, env);
    if (args.help) {
      lineWriter(stdout)(own(command.help.trimEnd()));
      return exitCodes.done;
    }
    if (problems.length > 0) throw new InputRejected('The command cannot be run like this.', problems);
    return await command.run(args, {
      display,
      env,
      signal,
      stillWanted() {
        if (parentIsGone()) throw new Interrupted('the process that started this one has ended');
        signal.throwIfAborted();
      },
      target,
      ask: json || !confirm ? undefined : ask,
      prompt:
        json || !prompt
          ? undefined
          : (question, { hidden }) => {
              display.close();
              return prompt(escaped(question), hidden, signal);
            },
    });
  } catch (error) {
    return signal.aborted ? tellInterruption(display) : tellError(error, display, env);
  } finally {
    display.close();
  }
}

/** Ctrl-C before anything was started. */
function tellInterruption(display: Display): ExitCode {
  display.tell({
    event: 'session.left',
    running: false,
    next: [{ words: 'Run the same command again to begin anew.' }],
  });
  return exitCodes.left;
}

/** Puts an error into the display's form. Stack traces only for what is a bug. */
function tellError(error: unknown, display: Display, env: NodeJS.ProcessEnv): ExitCode {
  if (error instanceof Interrupted) return tellInterruption(display);
  if (error instanceof InputRejected) {
    const { message, problems, counts, next } = error;
    display.tell({ event: 'input.rejected', message, problems, ...counts, ...(next ? { next } : {}) });
    return exitCodes.badInput;
  }
  if (error instanceof ChirpsmithError && error.name === 'BadInput') {
    display.tell({ event: 'input.rejected', message: error.summary, problems: error.problems });
    return exitCodes.badInput;
  }
  if (error instanceof ApiRefusal && (error.status === 400 || error.status === 404)) {
    display.tell({ event: 'input.rejected', message: error.message, problems: error.problems });
    return exitCodes.badInput;
  }
  if (error instanceof ApiRefusal || error instanceof ApiUnreachable) {
    display.tell({ event: 'error', message: error.message });
  } else if (error instanceof ChirpsmithError) {
    const { summary, problems } = error;
    const [message = '', ...lines] = summary.split('\n');
    display.tell({ event: 'error', message, lines, problems });
  } else {
    tellUnknown(error, display, env);
  }
  return exitCodes.failed;
}

/** An error of the file system says what to do; any other is a bug, and shows where. */
function tellUnknown(error: unknown, display: Display, env: NodeJS.ProcessEnv): void {
  const problem = explainFileError(error, pathSettings(env));
  if (problem !== undefined) {
    display.tell({ event: 'error', message: problem });
    return;
  }
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const message = 'This is an error in Chirpsmith itself.';
  display.tell({ event: 'error', message, lines: trace.split('\n') });
}
