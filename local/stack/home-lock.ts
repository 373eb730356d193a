import path from 'node:path';
import type { ProcessIdentity } from '../../packages/local-servers/process-identity.ts';
import { holderOf, takeLock } from './lock-file.ts';
import { readReadyFile } from './ready-file.ts';

const lockOf = (home: string) => path.join(home, 'stack.lock');

/**
 * Takes a home for this process, so that two stacks never write to the same files. What a killed process left
 * behind does not count.
 * @returns gives it back
 * @throws Error naming the process that holds it, and where that one listens
 */
export function lockHome(home: string): () => void {
  const lock = takeLock(lockOf(home));
  if ('release' in lock) return lock.release;
  const { pid } = lock.holder;
  const ready = readReadyFile(home);
  const where = ready?.pid === pid ? `it listens on ${ready.api}` : 'it is still starting';
  throw new Error(`A stack is running on ${home} already: process ${pid}, ${where}.`);
}

/** The stack that holds the home, also while it starts; undefined when none does. */
export function stackOf(home: string): ProcessIdentity | undefined {
  return holderOf(lockOf(home));
}
