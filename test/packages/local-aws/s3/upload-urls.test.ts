import { createHash } from 'node:crypto';
import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createDownloadUrls, createUploadUrls } from '../../../../functions/storage/upload-urls.ts';
import {
  bucket,
  codeOf,
  credentials,
  send,
  sha256,
  startBucket,
} from '../../../../test-support/s3-bucket.ts';

const bytes = Buffer.from('these are exactly the bytes that were declared');
const file = { key: 'audio/s-1/001', size: bytes.length, sha256: sha256(bytes) };

let stand: Awaited<ReturnType<typeof startBucket>>;
let client: ReturnType<typeof stand.connect>;
/** How far the server's clock is ahead. */
let aheadMs = 0;
beforeAll(async () => {
  stand = await startBucket({ now: () => new Date(Date.now() + aheadMs) });
  client = stand.connect({ requestChecksumCalculation: 'WHEN_REQUIRED' });
});
afterEach(() => {
  aheadMs = 0;
});
afterAll(() => stand.stop());

const upload = (declared = file, minutes = 10) => createUploadUrls({ client, bucket, minutes }).put(declared);
const storedKeys = async () => {
  const { Contents } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
  return (Contents ?? []).map((one) => one.Key);
};

describe('an upload URL', () => {
  it.each(['audio/s-2/plain', 'audio/s 2/with space + # ? é 中文 %2F'])(
    'admits the declared file as %j',
    async (key) => {
      const { url, headers, expiresInSeconds } = await upload({ ...file, key });
      expect(expiresInSeconds).toBe(600);
      const answer = await fetch(url, { method: 'PUT', headers, body: new Uint8Array(bytes) });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('x-amz-checksum-sha256')).toBe(sha256(bytes, 'base64'));
      expect(await storedKeys()).toContain(key);
    },
  );

  it('signs host, length and SHA-256, and carries no checksum itself', async () => {
    for (const requestChecksumCalculation of ['WHEN_REQUIRED', 'WHEN_SUPPORTED'] as const) {
      const signer = stand.connect({ requestChecksumCalculation });
      const { url } = await createUploadUrls({ client: signer, bucket, minutes: 1 }).put(file);
      const query = new URL(url).searchParams;
      expect(query.get('X-Amz-SignedHeaders')).toBe('content-length;host;x-amz-checksum-sha256');
      expect([...query.keys()].filter((name) => /checksum/i.test(name))).toEqual([]);
    }
  });

  it('admits the file with any type that the client sends', async () => {
    const { url, headers } = await upload({ ...file, key: 'typed' });
    const answer = await send(url, {
      method: 'PUT',
      headers: { ...headers, 'content-type': 'audio/wav', 'content-length': String(bytes.length) },
      body: bytes,
    });
    expect(answer.status).toBe(200);
  });
});

const length = { 'content-length': String(bytes.length) };
const checksum = { 'x-amz-checksum-sha256': sha256(bytes, 'base64') };
const others = Buffer.from(bytes.toString().toUpperCase());
const otherKey = (url: string) => url.replace('/001?', '/002?');

describe('an upload URL stores nothing and refuses', () => {
  it.each<[string, number, string, (url: string) => Parameters<typeof send>]>([
    [
      'other bytes of the same length',
      400,
      'BadDigest',
      (url) => [url, { headers: { ...checksum, ...length }, body: others }],
    ],
    [
      'other bytes with their own checksum',
      403,
      'SignatureDoesNotMatch',
      (url) => [
        url,
        { headers: { 'x-amz-checksum-sha256': sha256(others, 'base64'), ...length }, body: others },
      ],
    ],
    [
      'more bytes',
      403,
      'SignatureDoesNotMatch',
      (url) => [
        url,
        {
          headers: { ...checksum, 'content-length': String(bytes.length + 1) },
          body: Buffer.concat([bytes, Buffer.from('!')]),
        },
      ],
    ],
    [
      'fewer bytes',
      403,
      'SignatureDoesNotMatch',
      (url) => [
        url,
        { headers: { ...checksum, 'content-length': String(bytes.length - 1) }, body: bytes.subarray(1) },
      ],
    ],
    [
      'a body without a length',
      403,
      'SignatureDoesNotMatch',
      (url) => [url, { headers: { ...checksum, 'transfer-encoding': 'chunked' }, body: bytes }],
    ],
    [
      'a body without the checksum',
      403,
      'SignatureDoesNotMatch',
      (url) => [url, { headers: { ...length }, body: bytes }],
    ],
    [
      'a header that was not signed',
      403,
      'AccessDenied',
      (url) => [url, { headers: { ...checksum, ...length, 'x-amz-storage-class': 'GLACIER' }, body: bytes }],
    ],
    [
      'a second checksum',
      403,
      'AccessDenied',
      (url) => [
        url,
        { headers: { ...checksum, ...length, 'x-amz-checksum-crc32': 'AAAAAA==' }, body: bytes },
      ],
    ],
    [
      'framing that was not signed',
      501,
      'NotImplemented',
      (url) => [url, { headers: { ...checksum, ...length, 'content-encoding': 'aws-chunked' }, body: bytes }],
    ],
    [
      'another key',
      403,
      'SignatureDoesNotMatch',
      (url) => [otherKey(url), { headers: { ...checksum, ...length }, body: bytes }],
    ],
    [
      'a longer expiry',
      403,
      'SignatureDoesNotMatch',
      (url) => [
        url.replace('X-Amz-Expires=600', 'X-Amz-Expires=6000'),
        { headers: { ...checksum, ...length }, body: bytes },
      ],
    ],
    [
      'an expiry of more than a week',
      400,
      'AuthorizationQueryParametersError',
      (url) => [
        url.replace('X-Amz-Expires=600', 'X-Amz-Expires=604801'),
        { headers: { ...checksum, ...length }, body: bytes },
      ],
    ],
    [
      'an added parameter',
      403,
      'SignatureDoesNotMatch',
      (url) => [`${url}&tagging=`, { headers: { ...checksum, ...length }, body: bytes }],
    ],
    [
      'a repeated parameter',
      400,
      'InvalidArgument',
      (url) => [`${url}&X-Amz-Expires=60`, { headers: { ...checksum, ...length }, body: bytes }],
    ],
    [
      'fewer signed headers',
      403,
      'SignatureDoesNotMatch',
      (url) => [
        url.replace('content-length%3Bhost', 'host'),
        { headers: { ...checksum, ...length }, body: bytes },
      ],
    ],
  ])('%s', async (_what, status, code, change) => {
    const [url, request] = change((await upload()).url);
    const answer = await send(url, { method: 'PUT', ...request });
    expect([answer.status, codeOf(answer)]).toEqual([status, code]);
    expect(await storedKeys()).not.toContain(file.key);
  });

  it('a read with it', async () => {
    const answer = await send((await upload()).url, { headers: { ...checksum, ...length } });
    expect(codeOf(answer)).toBe('SignatureDoesNotMatch');
  });

  it('its use after expiry, and not before', async () => {
    const { url, headers } = await upload({ ...file, key: 'late' });
    aheadMs = 601_000;
    const late = await send(url, { method: 'PUT', headers: { ...headers, ...length }, body: bytes });
    expect([late.status, codeOf(late)]).toEqual([403, 'AccessDenied']);
    expect(late.text).toContain('Request has expired');
    aheadMs = 590_000;
    const intime = await send(url, { method: 'PUT', headers: { ...headers, ...length }, body: bytes });
    expect(intime.status).toBe(200);
  });

  it('an uploader whose key may not put', async () => {
    const { url, headers } = await upload();
    stand.denied.add('s3:PutObject');
    try {
      const answer = await send(url, { method: 'PUT', headers: { ...headers, ...length }, body: bytes });
      expect(codeOf(answer)).toBe('AccessDenied');
    } finally {
      stand.denied.clear();
    }
  });

  it('with no secret, signature or query in its answers and logs', async () => {
    const { url, headers } = await upload();
    const signature = new URL(url).searchParams.get('X-Amz-Signature') ?? 'none';
    const refused = [
      await send(otherKey(url), { method: 'PUT', headers: { ...headers, ...length }, body: bytes }),
      await send(url, { method: 'PUT', headers: { ...headers, ...length }, body: others }),
      await send(`${url}&a=b`, { method: 'PUT', headers: { ...headers, ...length }, body: bytes }),
    ];
    const written = [...refused.map((answer) => answer.text), ...stand.lines].join('\n');
    expect(refused.every((answer) => answer.status >= 400)).toBe(true);
    expect(written).not.toContain(signature);
    expect(written).not.toContain(credentials.secretAccessKey);
    expect(written).not.toContain('X-Amz-');
  });
});

describe('a download URL', () => {
  const urls = () => createDownloadUrls({ client, bucket, minutes: 10 });
  const md5 = (text: string) => createHash('md5').update(text).digest('hex');

  it('reads the object, also in part', async () => {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'take é', Body: 'one' }));
    const url = await urls().get({ key: 'take é' });
    expect(await (await fetch(url)).text()).toBe('one');
    const part = await fetch(url, { headers: { range: 'bytes=1-' } });
    expect([part.status, await part.text()]).toEqual([206, 'ne']);
  });

  it('reads the version that it names, though there is a newer one', async () => {
    const first = await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'version', Body: 'one' }));
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'version', Body: 'two' }));
    const versionId = first.VersionId ?? '';
    const answer = await fetch(await urls().get({ key: 'version', versionId }));
    expect([await answer.text(), answer.headers.get('etag')]).toEqual(['one', `"${md5('one')}"`]);
    expect(await (await fetch(await urls().get({ key: 'version' }))).text()).toBe('two');
  });

  it.each([
    ['song.mp3', 'audio/mpeg'],
    ['song.WAV', 'audio/wav'],
    ['take.opus', 'audio/ogg'],
    ['book.m4b', 'audio/mp4'],
    ['plain', 'text/plain'],
  ])('of %s answers with the type %s, though the uploader said text/plain', async (key, type) => {
    await client.send(
      new PutObjectCommand({ Bucket: bucket, Key: key, Body: 'one', ContentType: 'text/plain' }),
    );
    const answer = await fetch(await urls().get({ key }));
    expect([answer.headers.get('content-type'), await answer.text()]).toEqual([type, 'one']);
  });

  it('reads nothing else, is not for HEAD, and reads nothing after expiry', async () => {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'one', Body: 'one' }));
    const url = await urls().get({ key: 'one' });
    expect(codeOf(await send(url.replace('/one?', '/late?')))).toBe('SignatureDoesNotMatch');
    expect(codeOf(await send(url, { method: 'DELETE' }))).toBe('SignatureDoesNotMatch');
    expect((await send(url, { method: 'HEAD' })).status).toBe(403);
    aheadMs = 601_000;
    expect(codeOf(await send(url))).toBe('AccessDenied');
  });
});
