import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';

/**
 * One folder for the temporary files of a run of tests, removed at its end: vitest ends its processes by a signal, so
 * what they would remove at their exit stays.
 */
export default function setup({ config }: TestProject): () => void {
  const folder = mkdtempSync(path.join(tmpdir(), 'chirpsmith-tests-'));
  config.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
