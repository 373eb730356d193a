import { spawn } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ChirpsmithError } from '../functions/shared/errors.ts';

/** What `<home>/stack.json` says about a running stack; only what the command line needs of it. */
const readySchema = z.object({
  pid: z.number().int().positive(),
  api: z.url(),
  token: z.string(),
  issuer: z.url(),
  provider: z.url(),
  sandbox: z.boolean(),
  speed: z.number().positive(),
});

export type LocalStack = z.infer<typeof readySchema>;

/** Seconds a stack that we started may be idle before it ends itself. */
const idleExitSeconds = 300;
/** The first start synthesizes and bundles; that takes a while on a slow machine. */
const startTimeoutMs = 90_000;
const stopTimeoutMs = 15_000;

const startScript = fileURLToPath(new URL('../local/start.ts', import.meta.url));

/**
 * The stack that runs for this home: its file is there, its process lives, its API answers. Otherwise
 * `undefined`; a file left behind by a kill counts as nothing.
 */
export async function findStack(home: string): Promise<LocalStack | undefined> {
  const ready = await readReadyFile(home);
  if (!ready || !isAlive(ready.pid)) return undefined;
  try {
    // Any answer will do, a refusal too: it shows that somebody serves there.
    await fetch(ready.api, { signal: AbortSignal.timeout(5000) });
    return ready;
  } catch {
    return undefined;
  }
}

/** Does the process of the stack still live? */
export function isRunning(stack: LocalStack): boolean {
  return isAlive(stack.pid);
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
  await mkdir(dirname(logPath), { recursive: true });
  const log = await open(logPath, 'w', 0o600);
  const child = spawn(
    process.execPath,
    [script, '--json', '--port', '0', '--speed', String(speed), '--idle-exit', String(idleExitSeconds)],
    {
      detached: true,
      windowsHide: true,
      stdio: ['ignore', 'ignore', log.fd],
      env: { ...env, CHIRPSMITH_HOME: home },
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

  const until = performance.now() + timeoutMs;
  try {
    for (;;) {
      signal.throwIfAborted();
      const stack = await findStack(home);
      if (stack) return { stack, own: stack.pid === child.pid };
      if (ended !== undefined) {
        // Two commands may start a stack at once; the slower one finds the home taken and uses the other's.
        const other = await waitForOther(home, signal);
        if (other) return { stack: other, own: false };
        throw await startFailure(`The local stack did not start: ${ended}.`, logPath);
      }
      if (performance.now() > until) {
        throw await startFailure(
          `The local stack was not ready after ${Math.round(timeoutMs / 1000)} s.`,
          logPath,
        );
      }
      await delay(50);
    }
  } catch (error) {
    if (ended === undefined && child.pid !== undefined) child.kill('SIGTERM');
    throw error;
  }
}

/** Ends the stack in good order and waits for it; its data stay. */
export async function stopStack(stack: LocalStack): Promise<void> {
  try {
    process.kill(stack.pid, 'SIGTERM');
  } catch {
    return;
  }
  const until = performance.now() + stopTimeoutMs;
  while (isAlive(stack.pid) && performance.now() < until) await delay(25);
}

async function waitForOther(home: string, signal: AbortSignal): Promise<LocalStack | undefined> {
  for (let tries = 0; tries < 10; tries++) {
    const stack = await findStack(home);
    if (stack) return stack;
    await delay(100, undefined, { signal });
  }
  return undefined;
}

async function startFailure(what: string, logPath: string): Promise<ChirpsmithError> {
  const log = await readFile(logPath, 'utf8').catch(() => '');
  const last = log.trim().split('\n').slice(-12).join('\n');
  return new ChirpsmithError(
    'StorageUnavailable',
    last === '' ? `${what} See ${logPath}.` : `${what} Its last words (${logPath}):\n${last}`,
  );
}

async function readReadyFile(home: string): Promise<LocalStack | undefined> {
  try {
    return readySchema.parse(JSON.parse(await readFile(join(home, 'stack.json'), 'utf8')));
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
