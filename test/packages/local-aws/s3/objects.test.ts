import { randomBytes } from 'node:crypto';
import {
  DeleteObjectCommand,
  GetBucketLocationCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyCodePoint } from '../../../../test-support/any-code-point.ts';
import { bucket, bucketArn, sha256, startBucket } from '../../../../test-support/s3-bucket.ts';

let stand: Awaited<ReturnType<typeof startBucket>>;
let client: ReturnType<typeof stand.connect>;
beforeAll(async () => {
  stand = await startBucket();
  client = stand.connect();
});
afterAll(() => stand.stop());

const put = (key: string, body: string | Buffer, more = {}) =>
  client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ...more }));
const get = async (key: string, more = {}) => {
  const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, ...more }));
  return { ...answer, text: (await answer.Body?.transformToString()) ?? '' };
};

describe('an object', () => {
  it('comes back as it was put, with its type, length, MD5 and SHA-256', async () => {
    await put('plain', 'hello', { ContentType: 'audio/mpeg', ChecksumAlgorithm: 'SHA256' });
    const found = await client.send(
      new HeadObjectCommand({ Bucket: bucket, Key: 'plain', ChecksumMode: 'ENABLED' }),
    );
    expect(found).toMatchObject({
      ContentLength: 5,
      ContentType: 'audio/mpeg',
      ETag: '"5d41402abc4b2a76b9719d911017c592"',
      ChecksumSHA256: sha256('hello', 'base64'),
    });
    expect(Date.now() - (found.LastModified?.getTime() ?? 0)).toBeLessThan(60_000);
    expect((await get('plain')).text).toBe('hello');
  });

  it('returns its checksum only when asked', async () => {
    await put('quiet', 'hello');
    const quiet = stand.connect({ responseChecksumValidation: 'WHEN_REQUIRED' });
    const found = await quiet.send(new HeadObjectCommand({ Bucket: bucket, Key: 'quiet' }));
    expect(found.ChecksumSHA256).toBeUndefined();
  });

  it.each([
    'with space+plus#hash?query&amp;=%2F',
    'accents é ü ñ / 中文 / 🎵',
    '../../up',
    './here/../there',
    '/leading//double/',
    'quotes \'"<>()*!~',
    'C:\\back\\slash\u0001',
    'x'.repeat(1024),
  ])('may have the key %j', async (key) => {
    await put(key, key);
    expect((await get(key)).text).toBe(key);
  });

  it('may have any key that is not empty', async () => {
    const keys = fc.string({ unit: anyCodePoint, minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(keys, async (key) => {
        await put(key, key);
        expect((await get(key)).text).toBe(key);
      }),
      { numRuns: 30 },
    );
  });

  it('has a key of at most 1024 bytes', async () => {
    await expect(put('é'.repeat(513), 'x')).rejects.toMatchObject({ name: 'KeyTooLongError' });
  });

  it('may be empty', async () => {
    await put('empty', '');
    expect(await get('empty')).toMatchObject({ text: '', ContentLength: 0 });
  });

  it('may be large: eight million bytes come back the same', async () => {
    const bytes = randomBytes(8_000_000);
    await put('large', bytes);
    const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: 'large' }));
    expect(sha256(Buffer.from((await answer.Body?.transformToByteArray()) ?? []))).toBe(sha256(bytes));
  });
});

describe('a range', () => {
  beforeAll(() => put('digits', '0123456789'));

  it.each([
    ['bytes=0-3', '0123', 'bytes 0-3/10'],
    ['bytes=4-4', '4', 'bytes 4-4/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=7-99', '789', 'bytes 7-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=-99', '0123456789', 'bytes 0-9/10'],
  ])('%s is %s', async (range, text, contentRange) => {
    expect(await get('digits', { Range: range })).toMatchObject({
      text,
      ContentRange: contentRange,
      ContentLength: text.length,
    });
  });

  it.each(['bytes=10-', 'bytes=10-12', 'bytes=-0'])('%s is outside', async (range) => {
    await expect(get('digits', { Range: range })).rejects.toMatchObject({ name: 'InvalidRange' });
  });

  it.each(['bytes=3-1', 'letters=0-1', 'bytes=-', 'bytes=0-1,4-5'])(
    '%s is not one range: the whole object',
    async (range) => {
      const answer = await get('digits', { Range: range });
      expect(answer.text).toBe('0123456789');
      expect(answer.ContentRange).toBeUndefined();
    },
  );

  it('carries no checksum, which would be that of the whole object', async () => {
    const answer = await get('digits', { Range: 'bytes=0-3', ChecksumMode: 'ENABLED' });
    expect(answer.ChecksumSHA256).toBeUndefined();
  });
});

describe('If-Match', () => {
  it('lets through only the version it names', async () => {
    const { ETag } = await put('match', 'one');
    expect((await get('match', { IfMatch: ETag })).text).toBe('one');
    await put('match', 'two');
    await expect(get('match', { IfMatch: ETag })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  });
});

describe('a version', () => {
  it('stays readable when the object is put again or deleted', async () => {
    const first = await put('take', 'one');
    const second = await put('take', 'two');
    expect(first.VersionId).not.toBe(second.VersionId);
    expect(await get('take')).toMatchObject({ text: 'two', VersionId: second.VersionId });

    const marker = await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'take' }));
    expect(marker.DeleteMarker).toBe(true);
    await expect(get('take')).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect((await get('take', { VersionId: first.VersionId })).text).toBe('one');
    await expect(get('take', { VersionId: marker.VersionId })).rejects.toMatchObject({
      name: 'MethodNotAllowed',
    });
  });

  it('that never was is NoSuchVersion', async () => {
    await put('once', 'one');
    await expect(get('once', { VersionId: '0'.repeat(32) })).rejects.toMatchObject({ name: 'NoSuchVersion' });
  });

  it('is not kept in a bucket without versions', async () => {
    const plain = await startBucket({ versioned: false });
    try {
      const other = plain.connect();
      for (const body of ['one', 'two']) {
        const answer = await other.send(new PutObjectCommand({ Bucket: bucket, Key: 'k', Body: body }));
        expect(answer.VersionId).toBeUndefined();
      }
      const answer = await other.send(new GetObjectCommand({ Bucket: bucket, Key: 'k' }));
      expect(await answer.Body?.transformToString()).toBe('two');
      await other.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'k' }));
      await plain.restart();
      const missing = plain.connect().send(new HeadObjectCommand({ Bucket: bucket, Key: 'k' }));
      await expect(missing).rejects.toMatchObject({ name: 'NotFound' });
    } finally {
      await plain.stop();
    }
  });
});

describe('access', () => {
  it('is asked for the action and the object of each operation', async () => {
    const { VersionId } = await put('asked', 'x');
    stand.asked.length = 0;
    await put('asked', 'x');
    await get('asked');
    await get('asked', { VersionId });
    await client.send(new HeadObjectCommand({ Bucket: bucket, Key: 'asked' }));
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'asked' }));
    expect(stand.asked).toEqual(
      ['PutObject', 'GetObject', 'GetObjectVersion', 'GetObject', 'DeleteObject'].map(
        (action) => `s3:${action} ${bucketArn}/asked`,
      ),
    );
  });

  it('denied is AccessDenied with the reason, and nothing is stored', async () => {
    stand.denied.add('s3:PutObject');
    try {
      await expect(put('forbidden', 'x')).rejects.toMatchObject({
        name: 'AccessDenied',
        message: expect.stringContaining('may not s3:PutObject on arn:aws:s3:::audio/forbidden'),
      });
      expect(stand.lines.at(-1)).toContain('may not s3:PutObject on arn:aws:s3:::audio/forbidden');
    } finally {
      stand.denied.clear();
    }
    await expect(get('forbidden')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('to the list decides whether a missing object is missing or forbidden', async () => {
    await expect(get('missing')).rejects.toMatchObject({ name: 'NoSuchKey' });
    stand.denied.add('s3:ListBucket');
    try {
      await expect(get('missing')).rejects.toMatchObject({
        name: 'AccessDenied',
        $metadata: { httpStatusCode: 403 },
      });
    } finally {
      stand.denied.clear();
    }
  });

  it('needs a key that exists and its secret', async () => {
    const command = new HeadObjectCommand({ Bucket: bucket, Key: 'plain' });
    for (const wrong of [
      { accessKeyId: 'AKIDOTHER', secretAccessKey: 'x' },
      { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'x' },
    ]) {
      const stranger = stand.connect({ credentials: wrong });
      await expect(stranger.send(command)).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
    }
  });
});

describe('what is not there', () => {
  it('is a bucket of another name', async () => {
    const command = new GetObjectCommand({ Bucket: 'other', Key: 'plain' });
    await expect(client.send(command)).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });

  it.each<[string, () => Promise<unknown>]>([
    ['location', () => client.send(new GetBucketLocationCommand({ Bucket: bucket }))],
    ['acl', () => client.send(new GetObjectAclCommand({ Bucket: bucket, Key: 'plain' }))],
    [
      'x-amz-bypass-governance-retention',
      () =>
        client.send(
          new DeleteObjectCommand({ Bucket: bucket, Key: 'plain', BypassGovernanceRetention: true }),
        ),
    ],
    ['x-amz-meta-artist', () => put('plain', 'x', { Metadata: { artist: 'x' } })],
    ['x-amz-acl', () => put('plain', 'x', { ACL: 'public-read' })],
    ['if-none-match', () => put('plain', 'x', { IfNoneMatch: '*' })],
    ['response-cache-control', () => get('plain', { ResponseCacheControl: 'a' })],
  ])('is %s, refused by name', async (name, call) => {
    await expect(call()).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringContaining(name),
      $metadata: { httpStatusCode: 501 },
    });
  });
});
