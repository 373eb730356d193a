import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openObjectStore } from '../../../../packages/local-aws/s3/object-store.ts';
import { bucket, startBucket } from '../../../../test-support/s3-bucket.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 's3-store-'));
});
afterEach(() => rm(directory, { recursive: true }));

const facts = (key: string, size: number) => ({
  key,
  size,
  etag: 'm',
  checksum: { algorithm: 'SHA256', value: 's', type: 'FULL_OBJECT' } as const,
  contentType: 'audio/wav',
  lastModified: '2026-01-01T00:00:00.000Z',
});

async function putText(store: Awaited<ReturnType<typeof openObjectStore>>, key: string, text: string) {
  const staged = await store.stage();
  await staged.write(Buffer.from(text));
  return store.keep(staged, facts(key, text.length));
}

describe('a restart', () => {
  it('keeps objects, versions, deletions and what is known of them', async () => {
    const stand = await startBucket();
    try {
      const put = (Key: string, Body: string) =>
        stand.connect().send(new PutObjectCommand({ Bucket: bucket, Key, Body, ContentType: 'audio/flac' }));
      const first = await put('take é', 'one');
      await put('take é', 'two');
      const client = stand.connect();
      const before = await client.send(
        new HeadObjectCommand({ Bucket: bucket, Key: 'take é', ChecksumMode: 'ENABLED' }),
      );

      await stand.restart();

      const again = stand.connect();
      const after = await again.send(
        new HeadObjectCommand({ Bucket: bucket, Key: 'take é', ChecksumMode: 'ENABLED' }),
      );
      expect({ ...after, $metadata: 0 }).toEqual({ ...before, $metadata: 0 });
      expect(after.ContentType).toBe('audio/flac');
      const old = await again.send(
        new GetObjectCommand({ Bucket: bucket, Key: 'take é', VersionId: first.VersionId }),
      );
      expect(await old.Body?.transformToString()).toBe('one');
      const list = await again.send(new ListObjectsV2Command({ Bucket: bucket }));
      expect(list.Contents?.map((one) => one.Key)).toEqual(['take é']);
    } finally {
      await stand.stop();
    }
  });

  it('after a kill in the middle of a put forgets that put and nothing else', async () => {
    const store = await openObjectStore(directory, true);
    const kept = await putText(store, 'kept', 'kept');
    const staged = await store.stage();
    await staged.write(Buffer.from('half of i'));
    await store.close();
    // What a kill leaves: bytes on their way, bytes in place with no line yet, and half a line.
    await writeFile(join(directory, 'versions', 'f'.repeat(32)), 'no line');
    await appendFile(join(directory, 'catalogue.jsonl'), '{"key":"half","id":"');

    const again = await openObjectStore(directory, true);
    expect(again.list()).toEqual([kept]);
    expect(await readdir(join(directory, 'incoming'))).toEqual([]);
    expect(await readdir(join(directory, 'versions'))).toEqual([kept.id]);
    await putText(again, 'next', 'next');
    await again.close();

    const third = await openObjectStore(directory, true);
    expect(third.list().map((version) => version.key)).toEqual(['kept', 'next']);
    await third.close();
    await staged.discard();
  });

  it('refuses a catalogue that another program has written to, naming the line', async () => {
    const store = await openObjectStore(directory, true);
    await putText(store, 'kept', 'kept');
    await store.close();
    await appendFile(join(directory, 'catalogue.jsonl'), 'nonsense\n');
    await expect(openObjectStore(directory, true)).rejects.toThrow(/catalogue\.jsonl, line 2/);
  });
});

it('kill -9 loses no put that was acknowledged', async () => {
  const program = `
    import { openObjectStore } from ${JSON.stringify(new URL('../../../../packages/local-aws/s3/object-store.ts', import.meta.url).href)};
    const store = await openObjectStore(${JSON.stringify(directory)}, true);
    const text = 'x'.repeat(50_000);
    const worker = async (name) => {
      for (let i = 0; ; i++) {
        const staged = await store.stage();
        await staged.write(Buffer.from(text));
        await store.keep(staged, { ...${JSON.stringify(facts('', 50_000))}, key: name + i });
        process.stdout.write(name + i + '\\n');
      }
    };
    await Promise.all(['a', 'b', 'c'].map(worker));
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const acknowledged: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(line);
    if (acknowledged.length === 30) child.kill('SIGKILL');
  }
  await exited;

  const store = await openObjectStore(directory, true);
  const found = new Set(store.list().map((version) => version.key));
  expect(acknowledged.length).toBeGreaterThanOrEqual(30);
  expect(acknowledged.filter((key) => !found.has(key))).toEqual([]);
  for (const version of store.list()) {
    const file = await store.open(version);
    expect((await file.stat()).size).toBe(version.size);
    await file.close();
  }
  await store.close();
});

it('bytes are kept once, and discarded bytes never', async () => {
  const store = await openObjectStore(directory, true);
  const staged = await store.stage();
  await staged.write(Buffer.from('x'));
  await staged.discard();
  await expect(store.keep(staged, facts('discarded', 1))).rejects.toThrow(/kept or discarded/);
  expect(store.list()).toEqual([]);
  await store.close();
});
