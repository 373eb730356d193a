import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { platform } from 'node:process';

/** chirpsmith.mjs sets it to the process that started the command; what the command itself starts does not get it. */
export const launchedFrom = 'LAUNCHED_FROM';

/** Set for a process that has to wait for a message of the one that started it. */
export const heldBack = 'HELD_BACK';

/**
 * Where the process that started this one holds it back, waits for its message. Without one this process ends with that one, and
 * has changed nothing.
 * @returns whether it was held back
 */
export async function untilWanted(environment: NodeJS.ProcessEnv): Promise<boolean> {
  if (!environment[heldBack]) return false;
  const notWanted = () => process.exit(0);
  if (!process.connected) notWanted();
  process.once('disconnect', notWanted);
  await once(process, 'message');
  process.off('disconnect', notWanted);
  process.disconnect();
  return true;
}

/**
 * Watches whether the process that started this one is still there. npm puts a shell between, which passes on no
 * signal: when npm is ended, the shell may go on waiting for us, or leave us behind.
 * @returns checks again at every call; always false when no launcher is known
 */
export function watchParent(environment: NodeJS.ProcessEnv): () => boolean {
  const parent = Number(environment[launchedFrom]);
  if (!Number.isInteger(parent) || parent <= 1) return () => false;
  // A shell that npm did not start is a user's, who may close it and leave us running.
  const byNpm = environment.npm_lifecycle_event !== undefined;
  // Where sh is bash, npm itself is the parent: the shell is replaced by the command.
  const npm = byNpm && !isNpm(parent) ? parentOf(parent) : undefined;
  return () => {
    // Windows gives an orphan no other parent.
    if (platform === 'win32') return !isThere(parent);
    return process.ppid !== parent || (npm !== undefined && parentOf(parent) !== npm);
  };
}

/** The parent's process id, where the system reports it: the second field after the name, which may hold anything. */
function parentOf(pid: number): number | undefined {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1]);
  } catch {
    return undefined;
  }
}

/** npm puts its command line in the place of its process's name. */
function isNpm(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').includes('(npm ');
  } catch {
    return false;
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
