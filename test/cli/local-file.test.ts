import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLocalFile } from '../../cli/local-file.ts';

const bytes = Uint8Array.from({ length: 200_000 }, (_, i) => i % 253);
let directory: string;
let path: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chirpsmith-file-'));
  path = join(directory, 'côté #1 洞窟.wav');
  await writeFile(path, bytes);
});

afterAll(() => rm(directory, { recursive: true }));

test('reads any part of a file, and less only at its end', async () => {
  const file = await openLocalFile(path);
  expect(file.source.size).toBe(200_000);
  expect(await file.source.read(100_000, 50)).toEqual(bytes.slice(100_000, 100_050));
  expect(await file.source.read(199_990, 50)).toEqual(bytes.slice(199_990));
  expect(await file.source.read(300_000, 50)).toEqual(new Uint8Array(0));
  await file.close();
});

test('hashes the whole file, more than once if asked, and reads on afterwards', async () => {
  const file = await openLocalFile(path);
  const expected = createHash('sha256').update(bytes).digest('hex');
  expect(await file.sha256()).toBe(expected);
  expect(await file.sha256()).toBe(expected);
  expect(await file.source.read(0, 3)).toEqual(bytes.slice(0, 3));
  await file.close();
});

test('a directory and a missing file are different errors', async () => {
  await expect(openLocalFile(directory)).rejects.toMatchObject({ code: 'EISDIR' });
  await expect(openLocalFile(join(directory, 'gone'))).rejects.toMatchObject({ code: 'ENOENT' });
});
