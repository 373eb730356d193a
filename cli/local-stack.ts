import { spawn } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ChirpsmithError } from '../functions/shared/errors.ts';
import { openHome, pathSettings, type ReadyInfo, readReadyFile, stackOf } from '../local/index.ts';
import { explainFileError } from '../packages/local-servers/file-errors.ts';
import { launchedFrom } from '../packages/local-servers/parent-process.ts';
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

/**
 * Starts the stack as a process of its own that outlives this one, and waits until it answers.
 * Its ready line holds secrets, so its standard output goes nowhere and `<home>/stack.json` is read
 * instead; its errors go to `<home>/log/start.log`.
 * @returns the stack, and whether it is the one started here: another command may have been quicker
 * @throws ChirpsmithError StorageUnavailable with the last lines of the stack's errors
 */
export async function startStack(options: {
  home: string;
  speed: number;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
  script?: string;
  timeoutMs?: number;
}): Promise<{ stack: LocalStack; own: boolean }> {
  const { home, speed, env, signal, script = startScript, timeoutMs = startTimeoutMs } = options;
  const logPath = join(home, 'log', 'start.log');
  openHome(home);
  await mkdir(dirname(logPath), { recursive: true, mode: 0o700 });
  // Added to, because another command may be starting one as well.
  const log = await open(logPath, 'a', 0o600);
  const { size: logged } = await log.stat();
  const child = spawn(
    process.execPath,
    [
      script,
      'start',
      '--json',
      '--port',
      '0',
      '--speed',
      String(speed),
      '--idle-exit',
      String(idleExitSeconds),
    ],
    {
      detached: true,
      windowsHide: true,
      stdio: ['ignore', 'ignore', log.fd],
      // It outlives this command. chirpsmith.mjs gives the reason for the one heap.
      env: { ...env, CHIRPSMITH_HOME: home, [launchedFrom]: undefined, MALLOC_ARENA_MAX: '1' },
    },
  );
  let ended: string | undefined;
  child.on('error', (error) => {
    ended = error.message;
  });
  child.on('exit', (code, by) => {
    ended = code === null ? `it was ended by ${by}` : `it ended with code ${code}`;
  });
  child.unref();
  await log.close();
  // The first use loads the client behind it, which takes 70 ms of CPU: now, while the other process starts.
  await fetch('data:,');

  const until = performance.now() + timeoutMs;
  try {
    for (;;) {
      signal.throwIfAborted();
      const stack = await findStack(home);
      if (stack) return { stack, own: stack.pid === child.pid };
      if (ended !== undefined) {
        // Two commands may start a stack at once: the slower one finds the home taken and waits for the other.
        if (!stackOf(home)) {
          const other = await findStack(home);
          if (other) return { stack: other, own: false };
          throw await startFailure(`The local stack did not start: ${ended}.`, logPath, {
            env: { ...env, CHIRPSMITH_HOME: home },
            from: logged,
          });
        }
      }
      if (performance.now() > until) {
        const late = `The local stack was not ready after ${Math.round(timeoutMs / 1000)} s.`;
        throw await startFailure(late, logPath, { env: { ...env, CHIRPSMITH_HOME: home }, from: logged });
      }
      await delay(20);
    }
  } catch (error) {
    if (ended === undefined && child.pid !== undefined) child.kill('SIGTERM');
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

/** @param options.from byte of the log at which this start begins */
async function startFailure(
  what: string,
  logPath: string,
  { env, from }: { readonly env: NodeJS.ProcessEnv; readonly from: number },
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
