import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDownloadUrls } from '../../../functions/storage/upload-urls.ts';
import { openLocalAudio } from '../../../local/audio-way/local-audio.ts';
import { openPublicDoor } from '../../../local/audio-way/public-door.ts';
import { type ProxyHabits, startReverseProxy } from '../../../test-support/reverse-proxy.ts';
import { bucket, credentials, region, startBucket } from '../../../test-support/s3-bucket.ts';

const key = { accessKeyId: 'PUBLICDOOR', secretAccessKey: 'the-door-s-own-secret' };
const bytes = Buffer.from(Array.from({ length: 3000 }, (_, index) => index % 251));
const mine = { key: 'audio/mine/001.wav', file: 'Côté 1.wav' };
const other = 'audio/other/001.wav';

let s3: Awaited<ReturnType<typeof startBucket>>;
let audio: ReturnType<typeof openLocalAudio>;
let now = new Date();

beforeAll(async () => {
  s3 = await startBucket();
  audio = openLocalAudio({ url: s3.url, region, credentials, bucket });
  for (const Key of [mine.key, other, 'inbox/x/manifest.json']) {
    await audio.client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: bytes }));
  }
});
afterAll(async () => {
  audio.close();
  await s3.stop();
});

/** A door behind a proxy of its own. */
async function door(publicUrl = 'https://music.example.test', habits: ProxyHabits = { host: 'kept' }) {
  const proxy = await startReverseProxy(publicUrl, habits);
  const opened = await openPublicDoor({ port: 0, publicUrl, key, linkMinutes: 60, audio, now: () => now });
  proxy.lead(opened.url);
  return {
    ...opened,
    proxy,
    get: (url: string, init: RequestInit = {}) => proxy.fetch(url, init),
    async [Symbol.asyncDispose]() {
      await opened.close();
      await proxy.close();
    },
  };
}

describe('a link of the public door', () => {
  it.each<[string, string, ProxyHabits]>([
    ['Host kept', 'https://music.example.test', { host: 'kept' }],
    ['Host rewritten', 'https://music.example.test', { host: 'rewritten' }],
    ['a port', 'https://music.example.test:8443', { host: 'rewritten' }],
    ['a path that is kept', 'https://music.example.test/a/way', { host: 'kept' }],
    ['a path that is stripped', 'https://music.example.test/a/way', { host: 'rewritten', strip: '/a/way' }],
    ['a path that is the name of the bucket', 'https://music.example.test/audio', { host: 'kept' }],
    ['the same, stripped', 'https://music.example.test/audio', { host: 'kept', strip: '/audio' }],
  ])('gives the audio through a proxy with %s', async (_, publicUrl, habits) => {
    await using it_ = await door(publicUrl, habits);
    const url = await it_.link(mine);
    expect(url.startsWith(`${publicUrl}/`)).toBe(true);
    expect(new URL(url).pathname).toMatch(/\.wav$/);
    const response = await it_.get(url);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('audio/wav');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="C_t_ 1.wav"');
    expect(response.headers.get('cache-control')).toBe('private, no-store');
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
  });

  it('is known as fetched when somebody else than this stack has followed it since the first was made', async () => {
    await using it_ = await door();
    expect(it_.fetched(mine)).toBeUndefined();
    const url = await it_.link(mine);
    await (await it_.get(url, { headers: it_.ownHeaders })).arrayBuffer();
    await (await it_.get(url.replace('001.wav', '002.wav'))).text();
    expect(it_.fetched(mine)).toBe(false);
    await (await it_.get(url, { headers: { range: 'bytes=0-9' } })).arrayBuffer();
    expect(it_.fetched(mine)).toBe(true);
    // Looking at it once more makes another link, and nothing undone.
    await it_.link(mine);
    expect(it_.fetched(mine)).toBe(true);
  });

  it('gives the version that it was made for, when the object was replaced since', async () => {
    await using it_ = await door();
    const replaced = { key: 'audio/mine/002.wav' };
    const put = (Body: string) =>
      audio.client.send(new PutObjectCommand({ Bucket: bucket, Key: replaced.key, Body }));
    const { VersionId: versionId } = await put('first');
    await put('second');
    expect(await (await it_.get(await it_.link({ ...replaced, versionId }))).text()).toBe('first');
    expect(await (await it_.get(await it_.link(replaced))).text()).toBe('second');
  });

  it.each([
    ['bytes=0-99', 206, 'bytes 0-99/3000', 100],
    ['bytes=2900-', 206, 'bytes 2900-2999/3000', 100],
    ['bytes=-10', 206, 'bytes 2990-2999/3000', 10],
    ['bytes=0-9,20-29', 200, null, 3000],
  ])('answers the range %s', async (range, status, contentRange, length) => {
    await using it_ = await door();
    const response = await it_.get(await it_.link(mine), { headers: { range } });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-range')).toBe(contentRange);
    expect((await response.arrayBuffer()).byteLength).toBe(length);
  });

  it('answers 416 to a range outside, and 404 when the object is gone', async () => {
    await using it_ = await door();
    const outside = await it_.get(await it_.link(mine), { headers: { range: 'bytes=9000-' } });
    expect(outside.status).toBe(416);
    const gone = await it_.get(await it_.link({ key: 'audio/mine/009.wav' }));
    expect([gone.status, await gone.text()]).toEqual([404, 'The audio is not there, or not like this.\n']);
  });
});

/** Changes a link: its path and its query. */
const changed = (url: string, path: string, query = new URL(url).search) =>
  new URL(url).origin + path + query;

describe('the public door refuses with 403 and one line that says nothing', () => {
  const refused: Record<string, (at: Awaited<ReturnType<typeof door>>) => Promise<[string, RequestInit?]>> = {
    'the service itself': async () => ['https://music.example.test/'],
    'a listing of the bucket': async () => ['https://music.example.test/audio?list-type=2'],
    'a listing with the signature of a link': async (at) => {
      const url = await at.link(mine);
      return [changed(url, '/audio', `${new URL(url).search}&list-type=2`)];
    },
    'an unsigned GET': async () => [`https://music.example.test/${bucket}/${mine.key}`],
    'the key of another session with the signature of a link': async (at) => {
      return [changed(await at.link(mine), `/${bucket}/${other}`)];
    },
    'a key that leads out of the folder': async (at) => {
      return [(await at.link(mine)).replace('/mine/', '/mine/..%2Fother/')];
    },
    'a manifest, even with a signature of its own': async (at) => [
      await at.link({ key: 'inbox/x/manifest.json' }),
    ],
    'another bucket': async (at) => [(await at.link(mine)).replace(`/${bucket}/`, '/access-logs/')],
    'an altered signature': async (at) => [(await at.link(mine)).replace(/(X-Amz-Signature=)./, '$1x')],
    'an altered query': async (at) => [`${await at.link(mine)}&versionId=null`],
    'a longer life than was signed': async (at) => [
      (await at.link(mine)).replace(/X-Amz-Expires=\d+/, 'X-Amz-Expires=604800'),
    ],
    'a link that has expired': async (at) => {
      const url = await at.link(mine);
      now = new Date(Date.now() + 61 * 60_000);
      return [url];
    },
    'a link signed by another key of the stack': async () => {
      const client = new S3Client({
        endpoint: 'https://music.example.test',
        region,
        credentials,
        forcePathStyle: true,
      });
      return [await createDownloadUrls({ client, bucket, minutes: 60 }).get(mine)];
    },
    'a link of the door for another host': async () => {
      const client = new S3Client({ endpoint: s3.url, region, credentials: key, forcePathStyle: true });
      const url = await createDownloadUrls({ client, bucket, minutes: 60 }).get(mine);
      return [url.replace(s3.url, 'https://music.example.test')];
    },
    'HEAD with a link for GET, as AWS does': async (at) => [await at.link(mine), { method: 'HEAD' }],
    PUT: async (at) => [await at.link(mine), { method: 'PUT', body: 'x' }],
    DELETE: async (at) => [await at.link(mine), { method: 'DELETE' }],
    'the begin of an upload in parts': async (at) => [`${await at.link(mine)}&uploads=`, { method: 'POST' }],
    'a part of an upload': async (at) => [
      `${await at.link(mine)}&uploadId=1&partNumber=1`,
      { method: 'PUT', body: 'x' },
    ],
    OPTIONS: async (at) => [await at.link(mine), { method: 'OPTIONS' }],
    'the API': async () => [
      'https://music.example.test/sessions',
      { headers: { authorization: 'Bearer x' } },
    ],
    'the issuer': async () => ['https://music.example.test/token', { method: 'POST' }],
    'the provider and what the sandbox shows': async () => ['https://music.example.test/_sandbox/ledger'],
    'a paid call of the provider': async () => [
      'https://music.example.test/suno/v2/customModel/create',
      { method: 'POST', body: '{}' },
    ],
    'the AWS endpoint': async () => [
      'https://music.example.test/',
      { method: 'POST', headers: { 'x-amz-target': 'DynamoDB_20120810.Scan' }, body: '{}' },
    ],
    'the links server': async () => ['https://music.example.test/secret/check', { method: 'POST' }],
    'a path with a broken escape': async () => ['https://music.example.test/audio/%zz'],
  };

  it.each(Object.entries(refused))('%s', async (_, make) => {
    await using it_ = await door();
    now = new Date();
    const before = s3.asked.length;
    const [url, init] = await make(it_);
    const response = await it_.get(url, init);
    expect(response.status).toBe(403);
    if (init?.method !== 'HEAD')
      expect(await response.text()).toBe('Only signed links to audio are answered here.\n');
    // Nothing of it reached the bucket.
    expect(s3.asked.length).toBe(before);
    now = new Date();
  });

  it('the key of the door is worth nothing at the S3 of the stack', async () => {
    await using it_ = await door('http://127.0.0.1:9');
    const url = (await it_.link(mine)).replace('http://127.0.0.1:9', s3.url);
    expect((await fetch(url)).status).toBe(403);
  });
});
