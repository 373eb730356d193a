import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ChirpsmithError } from '../functions/shared/errors.ts';
import { openHome, pathSettings, type ReadyInfo, readReadyFile, stackOf } from '../local/index.ts';
import { explainFileError } from '../packages/local-servers/file-errors.ts';
import { heldBack, launchedFrom } from '../packages/local-servers/parent-process.ts';
import { isRunning } from '../packages/local-servers/process-identity.ts';

/** Before a command that needs a stack of another kind. */
export const stopFirst = [
  { words: 'To end the running stack; sessions and files are kept:', command: 'npx chirpsmith stop' },
];

/** What the command line needs to know of a running stack. */
export type LocalStack = Pick<
  ReadyInfo,
  | 'pid'
  | 'processStart'
  | 'page'
  | 'api'
  | 'token'
  | 'issuer'
  | 'provider'
  | 'relay'
  | 'sandbox'
  | 'habits'
  | 'accounts'
  | 'audio'
  | 'speed'
>;

/** Seconds a stack that we started may be idle before it ends itself. */
const idleExitSeconds = 300;
/** The first start synthesizes and bundles; that takes a while on a slow machine. */
const startTimeoutMs = 90_000;
const stopTimeoutMs = 15_000;

const startScript = fileURLToPath(new URL('main.ts', import.meta.url));

/**
 * The stack that runs for this home: its file is there, its process lives, its API answers. Otherwise
 * `undefined`; a file left behind by a kill counts as nothing.
 */
export async function findStack(home: string): Promise<LocalStack | undefined> {
  const ready = readReadyFile(home);
  if (!ready || !isRunning(ready)) return undefined;
  try {
    // Any answer will do, a refusal too: it shows that a server is there.
    await fetch(ready.api, { signal: AbortSignal.timeout(5000) });
    return ready;
  } catch {
    return undefined;
  }
}

/** How a stack is to run, and where. */
interface Launch {
  readonly home: string;
  readonly speed: number;
  readonly env: NodeJS.ProcessEnv;
  readonly script?: string;
}

/** A process of the stack, which outlives this one. */
interface Launched {
  readonly child: ChildProcess;
  readonly logPath: string;
  /** Byte of the log at which this start begins. */
  readonly from: number;
  /** How it ended, where it has. */
  ended(): string | undefined;
}

/** The process that waits, and what for. */
let ahead: { readonly launch: Launch; readonly launched: Promise<Launched | undefined> } | undefined;

/**
 * Begins to load a stack while this command is still at the files. It touches nothing until {@link startStack} wants it with
 * the same home, speed and environment, and ends when this process does. Does nothing for a home that has had no stack: it
 * would have to make it.
 */
export function loadStackAhead(wanted: Launch): void {
  if (!existsSync(join(wanted.home, 'log')) || stackOf(wanted.home)) return;
  // What is wrong is reported when it is wanted, and started in the usual way.
  ahead = { launch: wanted, launched: launch(wanted, true).catch(() => undefined) };
}

async function launchedAhead({ home, speed, env }: Launch): Promise<Launched | undefined> {
  const { launch: before, launched } = ahead ?? {};
  if (before?.home !== home || before.speed !== speed || before.env !== env) return undefined;
  ahead = undefined;
  const found = await launched;
  if (!found?.child.connected) return undefined;
  found.child.send('start');
  return found;
}

/** Ends what {@link loadStackAhead} began, unless it was wanted: there is another stack, and it would wait beside that. */
export async function endLoadedAhead(): Promise<void> {
  const { launched } = ahead ?? {};
  ahead = undefined;
  const found = await launched;
  if (found?.child.connected) found.child.disconnect();
}

/**
 * Starts the stack's process. Its ready line holds secrets, so its standard output goes nowhere and `<home>/stack.json` is
 * read instead; its errors go to `<home>/log/start.log`.
 * @param held it waits for a message before it begins
 */
async function launch({ home, speed, env, script = startScript }: Launch, held: boolean): Promise<Launched> {
  const logPath = join(home, 'log', 'start.log');
  // Added to, because another command may be starting one as well.
  const log = await open(logPath, 'a', 0o600);
  const { size: from } = await log.stat();
  const idle = String(idleExitSeconds);
  const args = ['start', '--json', '--port', '0', '--speed', String(speed), '--idle-exit', idle];
  const child = spawn(process.execPath, [script, ...args], {
    detached: true,
    windowsHide: true,
    stdio: ['ignore', 'ignore', log.fd, ...(held ? ['ipc' as const] : [])],
    // It outlives this command. chirpsmith.mjs gives the reason for the one heap.
    env: {
      ...env,
      CHIRPSMITH_HOME: home,
      [launchedFrom]: undefined,
      [heldBack]: held ? 'yes' : undefined,
      MALLOC_ARENA_MAX: '1',
    },
  });
  let ended: string | undefined;
  child.on('error', (error) => {
    ended = error.message;
  });
  child.on('exit', (code, by) => {
    ended = code === null ? `it was ended by ${by}` : `it ended with code ${code}`;
  });
  child.unref();
  child.channel?.unref();
  await log.close();
  return { child, logPath, from, ended: () => ended };
}

/**
 * Starts the stack as a process of its own that outlives this one, and waits until it answers.
 * @returns the stack, and whether it is the one started here: another command may have been quicker
 * @throws ChirpsmithError StorageUnavailable with the last lines of the stack's errors
 */
export async function startStack({
  signal,
  timeoutMs = startTimeoutMs,
  ...wanted
}: Launch & { readonly signal: AbortSignal; readonly timeoutMs?: number }): Promise<{
  stack: LocalStack;
  own: boolean;
}> {
  const { home } = wanted;
  const env = { ...wanted.env, CHIRPSMITH_HOME: home };
  openHome(home);
  await mkdir(join(home, 'log'), { recursive: true, mode: 0o700 });
  const launched = (await launchedAhead(wanted)) ?? (await launch(wanted, false));
  const { child } = launched;
  // The first use loads the client behind it, which takes 70 ms of CPU: now, while the other process starts.
  await fetch('data:,');

  const until = performance.now() + timeoutMs;
  try {
    for (;;) {
      signal.throwIfAborted();
      const stack = await findStack(home);
      if (stack) return { stack, own: stack.pid === child.pid };
      const ended = launched.ended();
      if (ended !== undefined) {
        // Two commands may start a stack at once: the slower one finds the home taken and waits for the other.
        if (!stackOf(home)) {
          const other = await findStack(home);
          if (other) return { stack: other, own: false };
          throw await startFailure(`The local stack did not start: ${ended}.`, launched, env);
        }
      }
      if (performance.now() > until) {
        const late = `The local stack was not ready after ${Math.round(timeoutMs / 1000)} s.`;
        throw await startFailure(late, launched, env);
      }
      await delay(20);
    }
  } catch (error) {
    if (launched.ended() === undefined && child.pid !== undefined) child.kill('SIGTERM');
    throw error;
  }
}

/** Ends the stack in good order and waits for it; its data stay. */
export async function stopStack(stack: LocalStack): Promise<void> {
  if (!isRunning(stack)) return;
  try {
    process.kill(stack.pid, 'SIGTERM');
  } catch {
    return; // It has ended at this moment.
  }
  const until = performance.now() + stopTimeoutMs;
  while (isRunning(stack) && performance.now() < until) await delay(25);
}

async function startFailure(
  what: string,
  { logPath, from }: Launched,
  env: NodeJS.ProcessEnv,
): Promise<ChirpsmithError> {
  const log = await readFile(logPath).catch(() => Buffer.alloc(0));
  const last = log.subarray(from).toString().trim().split('\n').slice(-12).join('\n');
  // A bundler that finds no room says so in the middle of its own words.
  const [, code, file] = /\b(ENOSPC|EDQUOT)\b(?:.*'(\/[^'\n]+)')?/.exec(last) ?? [];
  const full = code && explainFileError(Object.assign(new Error(), { code, path: file }), pathSettings(env));
  if (full) return new ChirpsmithError('StorageUnavailable', `${what} ${full} Its words are in ${logPath}.`);
  return new ChirpsmithError(
    'StorageUnavailable',
    last === '' ? `${what} See ${logPath}.` : `${what} Its last words (${logPath}):\n${last}`,
  );
}
