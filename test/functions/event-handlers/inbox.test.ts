import {
  GetObjectCommand,
  HeadObjectCommand,
  type ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInbox } from '../../../functions/event-handlers/start-from-manifest/inbox.ts';
import { bucket, startBucket } from '../../../test-support/s3-bucket.ts';

let stand: Awaited<ReturnType<typeof startBucket>>;
let client: S3Client;
let inbox: ReturnType<typeof createInbox>;
beforeAll(async () => {
  stand = await startBucket();
  client = stand.connect();
  inbox = createInbox({ client, bucket });
});
afterAll(() => stand.stop());

const written = { a: 1 };
/** The inbox over a client some of whose methods are made up. */
const over = (made: object) => createInbox({ client: Object.assign(Object.create(client), made), bucket });

describe('the inbox in S3', () => {
  it('lists the files of one folder by their own names, with any characters', async () => {
    const folder = 'inbox/a b+c é/';
    const names = [
      '1 2.mp3',
      '3+4.mp3',
      '50%.mp3',
      '洞窟.flac',
      "d'été #1?&=.wav",
      'new\nline.mp3',
      '%2F.mp3',
    ];
    for (const name of ['', ...names, 'deeper/other.mp3']) await inbox.write(folder + name, written);
    await inbox.write('inbox/a b/other.mp3', written);
    const { names: found, more } = await inbox.list(folder, 100);
    expect({ found: found.toSorted(), more }).toEqual({ found: names.toSorted(), more: false });
  });

  it('reads the newest version, unless it is longer than was asked for', async () => {
    const key = 'inbox/x/manifest.json';
    expect(await inbox.read(key, 100)).toBeUndefined();
    await inbox.write(key, { old: true });
    await inbox.write(key, written);
    const found = await inbox.read(key, 100);
    expect(new TextDecoder().decode(found?.bytes)).toBe('{\n  "a": 1\n}\n');
    const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    expect(head.ContentType).toBe('application/json');
    expect((await inbox.read(key, head.ContentLength ?? 0))?.bytes).toEqual(found?.bytes);
    expect(found?.versionId).toMatch(/^[0-9a-f]{32}$/);
    expect(await inbox.read(key, 3)).toEqual({
      versionId: found?.versionId,
      at: found?.at,
      bytes: undefined,
    });
    expect(Math.abs(Date.parse(found?.at ?? '') - Date.now())).toBeLessThan(60_000);
    await inbox.remove(key);
    expect(await inbox.read(key, 100)).toBeUndefined();
  });

  it('gives nothing of a manifest that is replaced between the two looks at it: its own event brings the new one', async () => {
    const key = 'inbox/replaced/manifest.json';
    await inbox.write(key, { old: true });
    const replacing: S3Client = Object.assign(Object.create(client), {
      async send(command: object) {
        if (command instanceof GetObjectCommand) await inbox.write(key, written);
        return Reflect.apply(client.send, client, [command]);
      },
    });
    expect(await createInbox({ client: replacing, bucket }).read(key, 100)).toBeUndefined();
    expect(JSON.parse(new TextDecoder().decode((await inbox.read(key, 100))?.bytes))).toEqual(written);
  });

  it('says whether a file exists, and does not confuse it with a longer name', async () => {
    const key = 'inbox/there é+/manifest.json';
    await inbox.write(`${key}.old`, written);
    expect(await inbox.find(key)).toBe(false);
    expect(await inbox.find('inbox/nowhere/manifest.json')).toBe(false);
    await inbox.write(key, written);
    expect(await inbox.find(key)).toBe(true);
  });

  it('says which files were put there after a moment', async () => {
    const folder = 'inbox/newer/';
    await inbox.write(`${folder}1.mp3`, written);
    const hour = 3_600_000;
    const at = (hours: number) => new Date(Date.now() + hours * hour).toISOString();
    expect(await inbox.list(folder, 100, at(-1))).toMatchObject({ names: ['1.mp3'], newer: ['1.mp3'] });
    expect(await inbox.list(folder, 100, at(1))).toMatchObject({ names: ['1.mp3'], newer: [] });
    expect(await inbox.list(folder, 100)).toMatchObject({ names: ['1.mp3'], newer: [] });
  });

  it('lists no more than the limit, by whole pages of a thousand, and says so', async () => {
    const pages: unknown[] = [];
    const endless = {
      send: async ({ input }: ListObjectsV2Command) => {
        pages.push(input.ContinuationToken);
        return { Contents: [{ Key: `${input.Prefix}${pages.length}` }], NextContinuationToken: 'on' };
      },
    };
    const { names, more } = await over(endless).list('inbox/x/', 2500);
    expect({ names, more, pages }).toEqual({
      names: ['1', '2', '3'],
      more: true,
      pages: [undefined, 'on', 'on'],
    });
    pages.length = 0;
    await over(endless).list('inbox/x/', 2000);
    expect(pages).toHaveLength(2);
  });

  it('lists each file once, to the last page, which may be empty', async () => {
    const pages = [
      { Contents: [{ Key: 'inbox/x/1.mp3' }], NextContinuationToken: 'on' },
      { NextContinuationToken: 'on' },
      { Contents: [{ Key: 'inbox/x/2.mp3' }] },
    ];
    let asked = 0;
    const paged = { send: async () => pages[asked++ % pages.length] };
    const found = await over(paged).list('inbox/x/', 20_000);
    expect(found).toEqual({ names: ['1.mp3', '2.mp3'], newer: [], more: false });
    expect(asked).toBe(3);
  });

  it('takes a file for newer only when it surely is', async () => {
    const at = '2026-11-21T03:00:00.000Z';
    const Contents = [
      { Key: 'inbox/x/same.mp3', LastModified: new Date(at) },
      { Key: 'inbox/x/unknown.mp3' },
      { Key: 'inbox/x/newer.mp3', LastModified: new Date(Date.parse(at) + 1000) },
    ];
    const found = await over({ send: async () => ({ Contents }) }).list('inbox/x/', 10, at);
    expect(found).toEqual({
      names: ['same.mp3', 'unknown.mp3', 'newer.mp3'],
      newer: ['newer.mp3'],
      more: false,
    });
  });

  it('reads from a bucket without versions, and takes what S3 does not say for old and empty', async () => {
    const read = (head: object) =>
      over({ send: async (command: object) => (command instanceof HeadObjectCommand ? head : {}) }).read(
        'k',
        9,
      );
    const nothing = { at: '1970-01-01T00:00:00.000Z', bytes: new Uint8Array() };
    expect(await read({ ETag: '"e"' })).toEqual({ versionId: '"e"', ...nothing });
    expect(await read({})).toEqual({ versionId: '', ...nothing });
  });

  it('says by whose and what permission it fails', async () => {
    stand.denied.add('s3:ListBucket');
    await expect(inbox.list('inbox/x/', 100)).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('may not s3:ListBucket'),
    });
    stand.denied.clear();
    const key = 'inbox/x/manifest.json';
    await inbox.write(key, written);
    for (const [permission, call] of [
      ['s3:ListBucket', () => inbox.find(key)],
      ['s3:GetObject', () => inbox.read(key, 100)],
      ['s3:PutObject', () => inbox.write(key, written)],
      ['s3:DeleteObject', () => inbox.remove(key)],
    ] as const) {
      stand.denied.add(permission);
      await expect(call()).rejects.toMatchObject({ name: 'AccessDenied' });
      stand.denied.clear();
    }
    // Of another name than S3's own for what is not there.
    const gone = (name: string) =>
      over({ send: () => Promise.reject(Object.assign(new Error('no'), { name })) });
    for (const name of ['NotFoundHere', 'MyNotFound']) {
      await expect(gone(name).read(key, 100)).rejects.toMatchObject({ name: 'Unexpected' });
    }
  });
});
