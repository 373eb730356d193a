import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import {
  isRunning,
  type ProcessIdentity,
  processIdentity,
  thisProcess,
} from '../../packages/local-servers/process-identity.ts';

/** A lock that was taken, or the process that has it. */
export type Lock = { readonly release: () => void } | { readonly holder: ProcessIdentity };

/**
 * Takes a lock among the processes of this machine. The file is never there without its owner in it, and of several
 * that find the lock of a process that has ended, one gets it.
 * @throws the system's error when the file cannot be made
 */
export function takeLock(file: string): Lock {
  const owner = JSON.stringify(thisProcess());
  // A link to a whole file is made at once or not at all.
  const whole = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(whole, owner, { mode: 0o600, flag: 'wx' });
  try {
    for (;;) {
      if (linked(whole, file)) return { release: () => release(file, owner) };
      const left = read(file);
      if (left === undefined) continue;
      const holder = ownerIn(left);
      if (holder && isRunning(holder)) return { holder };
      // Only the holder of this second lock may remove the first, and looks again before: what another process has
      // taken meanwhile is not what was left.
      const takeover = takeLock(`${file}.takeover`);
      if ('holder' in takeover) return takeover;
      try {
        if (read(file) === left) rmSync(file, { force: true });
      } finally {
        takeover.release();
      }
    }
  } finally {
    rmSync(whole, { force: true });
  }
}

/** The running process that has the lock; undefined when it is free, or was left by one that has ended. */
export function holderOf(file: string): ProcessIdentity | undefined {
  const holder = ownerIn(read(file) ?? '');
  return holder && isRunning(holder) ? holder : undefined;
}

function release(file: string, owner: string): void {
  if (read(file) === owner) rmSync(file, { force: true });
}

function linked(whole: string, file: string): boolean {
  try {
    linkSync(whole, file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function ownerIn(text: string): ProcessIdentity | undefined {
  try {
    return processIdentity.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
