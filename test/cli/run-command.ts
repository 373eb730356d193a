import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { perform } from '../../cli/command.ts';
import { commands } from '../../cli/commands.ts';
import { hastyClock } from './jumping-clock.ts';

const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

/** The commands that a test may run here: `start` takes the process, and the CDK's need an account. */
export const commandNames = commands
  .map(({ name }) => name)
  .filter((name) => !['start', 'stop', 'deploy', 'destroy', 'completion'].includes(name));

/**
 * How a command ended. The home of a test is in each command that is printed; it is left out here, but where a test
 * looks for it in `printed`.
 */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as it was printed. */
  readonly printed: string;
  /** What the person at the terminal was asked. */
  readonly questions: readonly string[];
}

/** Runs a command here, in this process, as main.ts does in one of its own. */
export async function run(
  command: string,
  args: readonly string[],
  options: {
    home: string;
    env?: NodeJS.ProcessEnv;
    /** What a person at the terminal says to every question; without it nobody sits there. */
    answer?: boolean;
    /** What the person types when asked for words, one after the other. */
    words?: readonly string[];
    /** What opens in the person's browser; the terminal then waits, once all words are typed. */
    openBrowser?: ((url: string) => void) | undefined;
    parentIsGone?: () => boolean;
    /** Who answers at the URLs of providers; one that accepts every key unless given. */
    fetch?: typeof fetch;
    /** Sees the output as it comes. */
    told?: (text: string) => void;
  },
): Promise<Ended> {
  const { answer, words } = options;
  const typed = [...(words ?? [])];
  let stdout = '';
  let stderr = '';
  const questions: string[] = [];
  const output = new PassThrough();
  output.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    options.told?.(text);
  });
  const code = await perform([command, ...args], {
    env: { PATH: process.env.PATH, CHIRPSMITH_HOME: options.home, ...options.env },
    stdout: output,
    stderr: {
      write(text) {
        stderr += text;
        return true;
      },
    },
    interruption: () => new AbortController().signal,
    parentIsGone: options.parentIsGone ?? (() => false),
    fetch: options.fetch ?? providersElsewhere,
    clock: hastyClock(),
    confirm:
      answer === undefined
        ? undefined
        : async (question) => {
            questions.push(question);
            return answer;
          },
    prompt:
      words === undefined
        ? undefined
        : async (question, hidden, signal) => {
            questions.push(hidden ? `${question} (hidden)` : question);
            if (options.openBrowser && typed.length === 0) await aborted(signal);
            return typed.shift() ?? '';
          },
    openBrowser: options.openBrowser,
  });
  output.end();
  if (!output.readableEnded) await new Promise((done) => output.once('end', done));
  return { code, ...withoutHome(options.home, stdout, stderr), questions };
}

/** A provider at each name that nobody has registered; what is on this machine is asked itself. */
export const providersElsewhere: typeof fetch = async (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input);
  if (url.hostname === '127.0.0.1') return fetch(input, init);
  const hasKey = new Headers(init?.headers).has('authorization');
  return Response.json({ message: hasKey ? 'no such task' : 'no key' }, { status: hasKey ? 404 : 401 });
};

/** Rejects when the question is not asked any more. */
export function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = () => reject(new Error('Nobody is asked any more.'));
    if (signal.aborted) end();
    signal.addEventListener('abort', end);
  });
}

/**
 * Runs a command as a user does, in a process of its own, without a terminal: only for what a process adds,
 * signals and streams. `watch` sees its output as it comes.
 */
export function spawned(
  command: string,
  args: readonly string[],
  options: {
    home: string;
    env?: NodeJS.ProcessEnv;
    cwd?: string;
    watch?: (child: ChildProcess, output: string) => void;
  },
): Promise<Omit<Ended, 'questions'>> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, command, ...args], {
      cwd: options.cwd ?? options.home,
      env: {
        PATH: process.env.PATH,
        CHIRPSMITH_HOME: options.home,
        // Compiled once for all runs: half of a command's start.
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
        ...options.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      options.watch?.(child, stdout);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...withoutHome(options.home, stdout, stderr) }));
  });
}

function withoutHome(home: string, stdout: string, stderr: string) {
  const without = (text: string) => text.replaceAll(`CHIRPSMITH_HOME=${home} npx`, 'npx');
  return { stdout: without(stdout), stderr: without(stderr), printed: stdout };
}

/** Every line of standard output, each of which must be JSON. */
export function events({ stdout }: Pick<Ended, 'stdout'>): { event: string; [field: string]: unknown }[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'chirpsmith-cli-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
