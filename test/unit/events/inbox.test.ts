import { GetObjectCommand, type ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInbox } from '../../../functions/events/start-from-manifest/inbox.ts';
import { bucket, startBucket } from '../../local/s3/bucket.ts';

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

describe('the inbox in S3', () => {
  it('lists the files of one folder by their own names, whatever these are', async () => {
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
    expect(JSON.parse(new TextDecoder().decode(found?.bytes))).toEqual(written);
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

  it('tells whether a file is there, and is not taken in by one whose name begins alike', async () => {
    const key = 'inbox/there é+/manifest.json';
    await inbox.write(`${key}.old`, written);
    expect(await inbox.find(key)).toBe(false);
    await inbox.write(key, written);
    expect(await inbox.find(key)).toBe(true);
  });

  it('tells which files were put there after a moment', async () => {
    const folder = 'inbox/newer/';
    await inbox.write(`${folder}1.mp3`, written);
    const hour = 3_600_000;
    const at = (hours: number) => new Date(Date.now() + hours * hour).toISOString();
    expect(await inbox.list(folder, 100, at(-1))).toMatchObject({ names: ['1.mp3'], newer: ['1.mp3'] });
    expect(await inbox.list(folder, 100, at(1))).toMatchObject({ names: ['1.mp3'], newer: [] });
    expect(await inbox.list(folder, 100)).toMatchObject({ names: ['1.mp3'], newer: [] });
  });

  it('lists no further than it was told, by whole pages of a thousand, and says so', async () => {
    const pages: unknown[] = [];
    const endless = {
      send: async ({ input }: ListObjectsV2Command) => {
        pages.push(input.ContinuationToken);
        return { Contents: [{ Key: `${input.Prefix}${pages.length}` }], NextContinuationToken: 'on' };
      },
    };
    const { names, more } = await createInbox({
      client: Object.assign(Object.create(client), endless),
      bucket,
    }).list('inbox/x/', 2500);
    expect({ names, more, pages }).toEqual({
      names: ['1', '2', '3'],
      more: true,
      pages: [undefined, 'on', 'on'],
    });
  });

  it('says by whose and what permission it fails', async () => {
    stand.denied.add('s3:ListBucket');
    await expect(inbox.list('inbox/x/', 100)).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('may not s3:ListBucket'),
    });
    stand.denied.clear();
  });
});
