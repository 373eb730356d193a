import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

let root: string | undefined;
let made = 0;

/** A new directory for one world; all go at the end of the process, which is cheaper than one by one. */
export function newDirectory(): string {
  if (root === undefined) {
    const created = mkdtempSync(path.join(tmpdir(), 'chirpsmith-faults-'));
    process.once('exit', () => rmSync(created, { recursive: true, force: true }));
    root = created;
  }
  const directory = path.join(root, String(++made));
  mkdirSync(directory);
  return directory;
}
