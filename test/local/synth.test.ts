import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { takeLock } from '../../local/stack/lock-file.ts';
import { synthesize } from '../../local/synth.ts';
import { readAssembly } from '../../packages/local-aws/assembly.ts';

/** Shared with the other tests that need the product. */
const home = path.join('node_modules', '.cache', 'chirpsmith-test');

test('the same sources are synthesized once, with a bundle for each function', async () => {
  const directory = await synthesize({ home });
  const made = statSync(directory).mtimeMs;
  expect(await synthesize({ home })).toBe(directory);
  expect(statSync(directory).mtimeMs).toBe(made);
  const { functions } = readAssembly(directory);
  expect(functions.length).toBeGreaterThan(0);
  for (const { directory: bundle, name } of functions) {
    expect(readdirSync(bundle), name).toContain('index.mjs');
  }
});

test('a configuration that cannot be used is reported with its field, and leaves nothing behind', async () => {
  const other = mkdtempSync(path.join(tmpdir(), 'synth-'));
  const environment = { ...process.env, CHIRPSMITH_REGION: 'nowhere' };
  await expect(synthesize({ home: other, environment })).rejects.toThrow(/region/);
  expect(readdirSync(path.join(other, 'assembly'))).toEqual([]);
  rmSync(other, { recursive: true });
});

test('of several that want the same assembly, one makes it', async () => {
  const other = mkdtempSync(path.join(tmpdir(), 'synth-'));
  const assemblies = path.join(other, 'assembly');
  const made = path.join(assemblies, path.basename(await synthesize({ home })));
  mkdirSync(assemblies);
  const lock = takeLock(`${made}.maker`);
  if ('holder' in lock) throw new Error('Nobody else has the lock.');
  const waiting = synthesize({ home: other });
  await new Promise((resolve) => setTimeout(resolve, 200));
  mkdirSync(made);
  lock.release();
  expect(await waiting).toBe(made);
  // The one that waited has made nothing.
  expect(readdirSync(made)).toEqual([]);
  rmSync(other, { recursive: true });
});
