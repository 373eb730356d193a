import { closeSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { readReadyFile } from './ready-file.ts';

const holderShape = z.object({ pid: z.number().int().positive(), since: z.string().optional() });

/**
 * Takes a home for this process, so that two stacks never write to the same files. What a killed process left
 * behind does not count.
 * @returns gives it back
 * @throws Error naming the process that holds it, and where that one listens
 */
export function lockHome(home: string): () => void {
  const file = path.join(home, 'stack.lock');
  for (let tries = 0; tries < 3; tries++) {
    try {
      const fd = openSync(file, 'wx', 0o600);
      writeSync(fd, JSON.stringify({ pid: process.pid, since: startOf(process.pid) }));
      closeSync(fd);
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const holder = readHolder(file);
    if (holder && isHeld(holder)) {
      const api = readReadyFile(home)?.api;
      const where = api === undefined ? 'it is still starting' : `it listens on ${api}`;
      throw new Error(`A stack is running on ${home} already: process ${holder.pid}, ${where}.`);
    }
    // Renamed and not removed: of two that find it at once, one gets it.
    const stale = `${file}.${process.pid}`;
    try {
      renameSync(file, stale);
      rmSync(stale, { force: true });
    } catch {
      // The other one did.
    }
  }
  throw new Error(`${file} cannot be taken.`);
}

/** Does this process run? Also says yes when it is somebody else's. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function readHolder(file: string): z.infer<typeof holderShape> | undefined {
  try {
    return holderShape.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

function isHeld({ pid, since }: z.infer<typeof holderShape>): boolean {
  return isAlive(pid) && startOf(pid) === since;
}

/** When a process began, where the system tells it: numbers of processes are used again. */
function startOf(pid: number): string | undefined {
  try {
    // The name in parentheses may hold spaces; the start is the 20th field after it (proc(5)).
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19];
  } catch {
    return undefined;
  }
}
