import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createUploadUrls } from '../../../../functions/storage/upload-urls.ts';
import { bucket, codeOf, sha256, startBucket } from '../../../../test-support/s3-bucket.ts';
import { signedPut } from './sign.ts';

let stand: Awaited<ReturnType<typeof startBucket>>;
let client: ReturnType<typeof stand.connect>;
beforeAll(async () => {
  stand = await startBucket();
  client = stand.connect();
});
afterAll(() => stand.stop());

const read = async (key: string) => {
  const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return Buffer.from((await answer.Body?.transformToByteArray()) ?? []);
};
const storedKeys = async () => {
  const { Contents } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
  return (Contents ?? []).map((one) => one.Key);
};
const crc32Of = (bytes: Buffer) => {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes));
  return sum.toString('base64');
};

const bytes = Buffer.from('sixteen bytes ab'.repeat(5000));
const trailing = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';
const chaining = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD';
const framed = (parts: readonly Buffer[], trailer = '') =>
  Buffer.concat([
    ...parts.flatMap((part) => [Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]),
    Buffer.from(`0\r\n${trailer}\r\n`),
  ]);
const decoded = (length: number) => ({
  'content-encoding': 'aws-chunked',
  'x-amz-decoded-content-length': String(length),
});
const announced = { 'x-amz-trailer': 'x-amz-checksum-crc32' };
const trailer = `x-amz-checksum-crc32:${crc32Of(bytes)}\r\n`;

describe('a chunked upload is stored without its framing', () => {
  it.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
    'as the SDK sends a stream, with %s behind it',
    async (algorithm) => {
      const pieces = [bytes.subarray(0, 7), bytes.subarray(7, 70_001), bytes.subarray(70_001)];
      await client.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: `stream-${algorithm}`,
          Body: Readable.from(pieces),
          ContentLength: bytes.length,
          ChecksumAlgorithm: algorithm,
        }),
      );
      expect((await read(`stream-${algorithm}`)).equals(bytes)).toBe(true);
    },
  );

  it('however the frames fall', async () => {
    const parts = [1, 2, 3, 1000, bytes.length].map((end, i, ends) => bytes.subarray(ends[i - 1] ?? 0, end));
    const body = framed(parts, trailer);
    const answer = await signedPut(
      stand.url,
      'frames',
      trailing,
      { ...decoded(bytes.length), ...announced },
      body,
    );
    expect(answer.status).toBe(200);
    expect((await read('frames')).equals(bytes)).toBe(true);
  });

  it('when each chunk is signed', async () => {
    const answer = await signedPut(stand.url, 'signed', chaining, decoded(bytes.length), (signature) =>
      Buffer.concat(
        [bytes.subarray(0, 65_536), bytes.subarray(65_536), Buffer.alloc(0)].flatMap((part) => [
          Buffer.from(`${part.length.toString(16)};chunk-signature=${signature(part)}\r\n`),
          part,
          Buffer.from('\r\n'),
        ]),
      ),
    );
    expect(answer.status).toBe(200);
    expect((await read('signed')).equals(bytes)).toBe(true);
  });
});

describe('nothing is stored', () => {
  const wrongChunk = (signature: (part: Buffer) => string) =>
    Buffer.concat([
      Buffer.from(`${bytes.length.toString(16)};chunk-signature=${signature(bytes)}\r\n`),
      Buffer.from('X'),
      bytes.subarray(1),
      Buffer.from(`\r\n0;chunk-signature=${signature(Buffer.alloc(0))}\r\n\r\n`),
    ]);
  const plain = { 'content-type': 'audio/wav' };
  const hash = sha256(bytes);
  const other = Buffer.from(bytes.map((byte, i) => (i === 9 ? byte ^ 1 : byte)));
  const md5 = createHash('md5').update(bytes).digest('base64');
  const length = decoded(bytes.length);

  it.each<
    [string, string, Parameters<typeof signedPut>[2], Record<string, string>, Parameters<typeof signedPut>[4]]
  >([
    ['of other bytes than were signed', 'XAmzContentSHA256Mismatch', hash, plain, other],
    ['with a wrong MD5', 'BadDigest', 'UNSIGNED-PAYLOAD', { 'content-md5': md5 }, other],
    ['with an MD5 that is none', 'InvalidDigest', hash, { 'content-md5': 'abc' }, bytes],
    [
      'with a wrong SHA-256',
      'BadDigest',
      'UNSIGNED-PAYLOAD',
      { 'x-amz-checksum-sha256': sha256(bytes, 'base64') },
      other,
    ],
    ['with a SHA-256 that is none', 'InvalidRequest', hash, { 'x-amz-checksum-sha256': 'abc=' }, bytes],
    [
      'with two checksums',
      'InvalidRequest',
      hash,
      { 'x-amz-checksum-sha256': sha256(bytes, 'base64'), 'x-amz-checksum-crc32': crc32Of(bytes) },
      bytes,
    ],
    [
      'with a checksum that is not implemented',
      'NotImplemented',
      hash,
      { 'x-amz-checksum-xxhash64': 'x' },
      bytes,
    ],
    [
      'with a checksum announced and not sent',
      'InvalidRequest',
      hash,
      { 'x-amz-sdk-checksum-algorithm': 'CRC32' },
      bytes,
    ],
    ['of no length', 'MissingContentLength', hash, { 'transfer-encoding': 'chunked' }, bytes],
    ['of a body hash that is none', 'InvalidArgument', 'anything', plain, bytes],
    ['of a kind of stream that is not implemented', 'NotImplemented', `${chaining}-TRAILER`, length, bytes],
    ['with another chunk than was signed', 'SignatureDoesNotMatch', chaining, length, wrongChunk],
    ['with chunks that are not signed', 'InvalidRequest', chaining, length, framed([bytes])],
    ['with a wrong trailer', 'BadDigest', trailing, { ...length, ...announced }, framed([other], trailer)],
    [
      'without the announced trailer',
      'MalformedTrailerError',
      trailing,
      { ...length, ...announced },
      framed([bytes]),
    ],
    ['of a body that is not framed', 'InvalidRequest', trailing, { ...length, ...announced }, bytes],
    ['of a body without its last chunk', 'IncompleteBody', trailing, length, framed([bytes]).subarray(0, -5)],
    ['of a body cut within a chunk', 'IncompleteBody', trailing, length, framed([bytes]).subarray(0, 5000)],
    ['of fewer bytes than declared', 'IncompleteBody', trailing, decoded(bytes.length + 1), framed([bytes])],
    ['of more bytes than declared', 'IncompleteBody', trailing, decoded(10), framed([bytes])],
    ['of more than 5 GiB', 'EntityTooLarge', trailing, decoded(5 * 1024 ** 3 + 1), framed([bytes])],
  ])('%s: %s', async (_what, code, payloadHash, headers, body) => {
    const answer = await signedPut(stand.url, 'refused', payloadHash, headers, body);
    expect([code, answer.status >= 400]).toEqual([codeOf(answer), true]);
    expect(await storedKeys()).not.toContain('refused');
    expect(await readdir(join(stand.directory, bucket, 'incoming'))).toEqual([]);
  });

  it('of an upload that breaks off, nor is anything left behind', async () => {
    const presigned = await createUploadUrls({ client, bucket, minutes: 1 }).put({
      key: 'broken-off',
      size: bytes.length,
      sha256: hash,
    });
    const upload = request(presigned.url, {
      method: 'PUT',
      headers: { ...presigned.headers, 'content-length': bytes.length },
    });
    upload.on('error', () => {});
    upload.write(bytes.subarray(0, 20_000));
    const incoming = () => readdir(join(stand.directory, bucket, 'incoming'));
    await vi.waitFor(async () => expect(await incoming()).toHaveLength(1));
    upload.destroy();
    await vi.waitFor(async () => expect(await incoming()).toHaveLength(0));
    expect(await storedKeys()).not.toContain('broken-off');
  });
});

it('a client that waits to be asked for the body is refused before it sends it', async () => {
  const presigned = await createUploadUrls({ client, bucket, minutes: 1 }).put({
    key: 'asked',
    size: bytes.length,
    sha256: sha256(bytes),
  });
  const ask = (headers: Record<string, string>) =>
    new Promise<{ status: number | undefined; continued: boolean }>((resolve, reject) => {
      let continued = false;
      const upload = request(presigned.url, {
        method: 'PUT',
        headers: { ...headers, 'content-length': bytes.length, expect: '100-continue' },
      });
      upload.on('continue', () => {
        continued = true;
        upload.end(bytes);
      });
      upload.on('response', (response) => {
        response.resume();
        resolve({ status: response.statusCode, continued });
        upload.end();
        if (!continued) upload.destroy();
      });
      upload.on('error', reject);
      upload.flushHeaders();
    });
  expect(await ask({})).toEqual({ status: 403, continued: false });
  expect(await ask(presigned.headers)).toEqual({ status: 200, continued: true });
});
