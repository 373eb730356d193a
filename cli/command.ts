import { ChirpsmithError } from '../functions/shared/errors.ts';
import { pathSettings, useProxy } from '../local/index.ts';
import { explainFileError } from '../packages/local-servers/file-errors.ts';
import { watchParent } from '../packages/local-servers/parent-process.ts';
import { escaped, own, type Shown } from '../packages/terminal/printable.ts';
import { lineWriter, standardStreams } from '../packages/terminal/standard-streams.ts';
import { ApiRefusal, ApiUnreachable } from './api-errors.ts';
import { json } from './command-line/common-flags.ts';
import { type Command, defineCommand } from './command-line/define-command.ts';
import { helpOf, overviewOf } from './command-line/help.ts';
import { nearestWord } from './command-line/nearest-word.ts';
import { commands, groups } from './commands.ts';
import { confirm, prompt } from './confirm.ts';
import type { CliEvent } from './events.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { comeBack, goOnCommand } from './output/format.ts';
import { createDisplay } from './output/output.ts';
import type { Display, Output } from './output/types.ts';
import { Interrupted, onInterruption } from './signal-handling.ts';
import { browserOf, type OpenBrowser } from './stage/browser.ts';
import { leadingTo, type Target } from './stage-target.ts';
import { UsageError } from './usage-error.ts';
import { realClock, type WaitingClock } from './waiting-clock.ts';

/** What a command works with. */
export interface CommandContext {
  readonly display: Display;
  readonly env: NodeJS.ProcessEnv;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /**
   * To be asked immediately before a call that changes or costs something.
   * @throws Interrupted on Ctrl-C, or when the process that started this one has ended
   */
  readonly stillWanted: () => void;
  /** Asks a yes-or-no question; absent without a terminal. */
  readonly ask: ((question: string) => Promise<boolean>) | undefined;
  /** Asks for a word, which is not shown when hidden; absent without a terminal. The signal ends the question. */
  readonly prompt:
    | ((question: string, how: { hidden: boolean; signal?: AbortSignal }) => Promise<string>)
    | undefined;
  /** Opens an address in the person's browser; absent where there is none. */
  readonly openBrowser: OpenBrowser | undefined;
  /** Asks other machines than the API's: who answers as the provider. */
  readonly fetch: typeof fetch;
  readonly clock: WaitingClock;
  /** What it drives, and as whom. */
  readonly target: Target;
  /** Our own text, as it is, on standard output. */
  readonly print: (text: string) => void;
  /** The table that it belongs to. */
  readonly commands: readonly Command[];
}

/** What a command runs in: a process, or a test. */
export interface Place {
  readonly env: NodeJS.ProcessEnv;
  readonly stdout: Output & NodeJS.WritableStream;
  readonly stderr: Output;
  /** @param atOnce gives the terminal back when there is no time for more */
  interruption(atOnce: () => void): AbortSignal;
  /** Has the process that started this one ended? */
  readonly parentIsGone?: () => boolean;
  /** Absent without a terminal. */
  readonly confirm: ((question: Shown, signal: AbortSignal) => Promise<boolean>) | undefined;
  /** The same for a word. */
  readonly prompt?: ((question: Shown, hidden: boolean, signal: AbortSignal) => Promise<string>) | undefined;
  readonly openBrowser?: OpenBrowser | undefined;
  /** The global one unless given. */
  readonly fetch?: typeof fetch;
  /** That of the machine unless given. */
  readonly clock?: WaitingClock;
}

/** Runs what this process was asked for: its exit code ends it, after everything is written out. */
export async function runCommandLine(): Promise<never> {
  const { argv, env, stdin } = process;
  const { stdout, stderr } = standardStreams();
  const parentIsGone = watchParent(env);
  const code = await perform(argv.slice(2), {
    env,
    stdout,
    stderr,
    interruption: (atOnce) => onInterruption(atOnce, parentIsGone),
    parentIsGone,
    ...(stdin.isTTY && stdout.isTTY
      ? { confirm, prompt, openBrowser: browserOf(env, process.platform) }
      : { confirm: undefined }),
  });
  await Promise.all([stdout, stderr].map((stream) => new Promise((done) => stream.write('', done))));
  process.exit(code);
}

/** Finds the command that the first word names, and runs it. */
export async function perform([name, ...argv]: readonly string[], place: Place): Promise<ExitCode> {
  const print = (text: string) => lineWriter(place.stdout)(own(text));
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const asked = commands.find((command) => command.name === argv[0]);
    print(asked ? helpOf(asked) : overviewOf(groups));
    return name === undefined ? exitCodes.badInput : exitCodes.done;
  }
  const command = commands.find((one) => one.name === name);
  return command ? performCommand(command, argv, place) : performCommand(unknownCommand(name), argv, place);
}

/** Used for an unknown command: the words after it are not read. */
function unknownCommand(name: string): Command {
  const names = commands.map((command) => command.name);
  const nearest = nearestWord(name, names);
  const message = name.startsWith('-')
    ? 'Name the command first, and its options after it.'
    : `There is no such command.${nearest === undefined ? '' : ` Did you mean ${nearest}?`}`;
  const unknown = defineCommand({
    name,
    summary: '',
    usage: [],
    flags: { json },
    tooMany: '',
    done: '',
    run: async () => {
      const next = [{ words: 'All commands:', command: 'npx chirpsmith --help' }];
      throw new UsageError('Nothing was done.', [{ where: name, message }], undefined, next);
    },
  });
  return { ...unknown, parse: (argv, env) => unknown.parse(argv.includes('--json') ? ['--json'] : [], env) };
}

/** Runs one command from its arguments to its exit code; every error becomes a message. */
export async function performCommand<Arguments>(
  command: Command<Arguments>,
  argv: readonly string[],
  { stdout, stderr, interruption, parentIsGone = () => false, confirm, prompt, openBrowser, ...place }: Place,
): Promise<ExitCode> {
  const { args, help, json, target, problems, env } = command.parse(argv, place.env);
  const print = (text: string) => lineWriter(stdout)(own(text));
  if (help) {
    print(helpOf(command));
    return exitCodes.done;
  }
  const shown = createDisplay({ json, stdout, stderr, env });
  const held: CliEvent[] = [];
  const display: Display = {
    ...shown,
    emit(event) {
      // The command prints an error first, and then that the stack has ended because of it.
      if (event.event === 'stack.stopped') held.push(event);
      else shown.emit(leadingTo(target, env, event));
    },
  };
  const signal = command.ownSignals ? new AbortController().signal : interruption(() => display.close());
  const ask = async (question: string) => {
    display.close();
    return (await confirm?.(escaped(question), signal)) ?? false;
  };
  try {
    if (problems.length > 0) throw new UsageError('The command cannot be run like this.', problems);
    useProxy(env);
    return await command.run(args, {
      display,
      env,
      signal,
      stillWanted() {
        if (parentIsGone()) throw new Interrupted('the process that started this one has ended');
        signal.throwIfAborted();
      },
      fetch: place.fetch ?? fetch,
      clock: place.clock ?? realClock,
      target,
      print,
      commands,
      ask: json || !confirm ? undefined : ask,
      prompt:
        json || !prompt
          ? undefined
          : (question, { hidden, signal: over = signal }) => {
              display.close();
              return prompt(escaped(question), hidden, AbortSignal.any([signal, over]));
            },
      openBrowser,
    });
  } catch (error) {
    return signal.aborted || error instanceof Interrupted
      ? tellInterruption(display, error)
      : tellError(error, display, env);
  } finally {
    for (const event of held) shown.emit(event);
    display.close();
  }
}

/** Ctrl-C before anything was started, or while it was. */
function tellInterruption(display: Display, error: unknown): ExitCode {
  display.emit({ event: 'session.detached', ...whatIsLeft(error) });
  return exitCodes.interrupted;
}

function whatIsLeft(error: unknown) {
  const session = error instanceof Interrupted ? error.session : undefined;
  if (!session) return { running: false, next: [{ words: 'Run the same command again to begin anew.' }] };
  const { sessionId, mayRun } = session;
  const next = mayRun
    ? { words: 'To come back to it:', command: comeBack(sessionId) }
    : { words: 'What is uploaded is kept. To go on from here:', command: goOnCommand(sessionId) };
  return { sessionId, running: mayRun, next: [next] };
}

/** Puts an error into the display's form. Stack traces only for what is a bug. */
function tellError(error: unknown, display: Display, env: NodeJS.ProcessEnv): ExitCode {
  if (error instanceof UsageError) {
    const { message, problems, counts, next } = error;
    display.emit({ event: 'input.rejected', message, problems, ...counts, ...(next ? { next } : {}) });
    return exitCodes.badInput;
  }
  if (error instanceof ChirpsmithError && error.name === 'BadInput') {
    display.emit({ event: 'input.rejected', message: error.summary, problems: error.problems });
    return exitCodes.badInput;
  }
  if (error instanceof ApiRefusal && (error.status === 400 || error.status === 404)) {
    display.emit({ event: 'input.rejected', message: error.message, problems: error.problems });
    return exitCodes.badInput;
  }
  if (error instanceof ApiRefusal || error instanceof ApiUnreachable) {
    const next = error instanceof ApiUnreachable ? error.next : undefined;
    display.emit({ event: 'error', message: error.message, ...(next ? { next } : {}) });
  } else if (error instanceof ChirpsmithError) {
    const { summary, problems } = error;
    const [message = '', ...lines] = summary.split('\n');
    display.emit({ event: 'error', message, lines, problems });
  } else {
    tellUnknown(error, display, env);
  }
  return exitCodes.failed;
}

/** An error of the file system says what to do; any other is a bug, and shows where. */
function tellUnknown(error: unknown, display: Display, env: NodeJS.ProcessEnv): void {
  const problem = explainFileError(error, pathSettings(env));
  if (problem !== undefined) {
    display.emit({ event: 'error', message: problem });
    return;
  }
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const message = 'This is an error in Chirpsmith itself.';
  display.emit({ event: 'error', message, lines: trace.split('\n') });
}
