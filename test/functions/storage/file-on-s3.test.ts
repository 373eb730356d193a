import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { GetObjectCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findSameBytes } from '../../../functions/storage/file-on-s3.ts';
import { inspectObject } from '../../../functions/storage/inspect-object.ts';
import { zeros } from '../../../test-support/audio-files/hostile.ts';
import { mp3File } from '../../../test-support/audio-files/mp3.ts';
import { wavFile } from '../../../test-support/audio-files/wav.ts';

/** A bucket with one object, as S3 answers over HTTP: the shapes of its errors matter here. */
interface Bucket {
  bytes: Uint8Array;
  etag: string;
  versionId?: string;
  checksum?: string;
  contentType: string;
  /** Answers instead of the object, by method. */
  refuse: { HEAD?: number; GET?: number };
  /** Versions that are gone. */
  gone?: readonly string[];
  ignoreRanges: boolean;
  requests: { method: string; url: URL; headers: IncomingMessage['headers'] }[];
}

const limits = { minSeconds: 6, maxSeconds: 1800, maxBytes: 500 * 1024 * 1024 };
const song = { bucket: 'audio', key: 'audio/s1/été #1.mp3' };
let bucket: Bucket;
let client: S3Client;
const server = createServer((request, response) => answer(request, response));

beforeEach(async () => {
  bucket = {
    bytes: mp3File({ seconds: 120 }),
    etag: '"e1"',
    contentType: 'audio/mpeg',
    refuse: {},
    ignoreRanges: false,
    requests: [],
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  client = new S3Client({
    endpoint: `http://127.0.0.1:${address.port}`,
    region: 'eu-central-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
});

afterEach(async () => {
  client.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function answer(request: IncomingMessage, response: ServerResponse): void {
  const method = request.method ?? '';
  bucket.requests.push({ method, url: new URL(request.url ?? '', 'http://s3'), headers: request.headers });
  const asked = new URL(request.url ?? '', 'http://s3').searchParams.get('versionId');
  const isGone = asked !== null && bucket.gone?.includes(asked);
  const refused = isGone ? 404 : method === 'HEAD' ? bucket.refuse.HEAD : bucket.refuse.GET;
  const ifMatch = request.headers['if-match'];
  const status = refused ?? (ifMatch && ifMatch !== bucket.etag ? 412 : undefined);
  if (status) return void response.writeHead(status).end();
  response.setHeader('etag', bucket.etag);
  response.setHeader('content-type', bucket.contentType);
  if (bucket.versionId) response.setHeader('x-amz-version-id', bucket.versionId);
  if (bucket.checksum) response.setHeader('x-amz-checksum-sha256', bucket.checksum);
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
  if (method === 'HEAD' || bucket.ignoreRanges || from === undefined || to === undefined) {
    response.writeHead(200, { 'content-length': bucket.bytes.length });
    return void response.end(method === 'HEAD' ? undefined : bucket.bytes);
  }
  const part = bucket.bytes.subarray(Number(from), Number(to) + 1);
  response.removeHeader('x-amz-checksum-sha256');
  response.writeHead(206, { 'content-length': part.length });
  response.end(part);
}

const gets = () => bucket.requests.filter(({ method }) => method === 'GET');

test('inspects an object by one HEAD and a few ranged GETs, and counts the GETs', async () => {
  const found = await inspectObject(client, song, limits);
  expect(found.inspection).toMatchObject({ usable: true, format: 'MP3' });
  expect(found.size).toBe(bucket.bytes.length);
  expect(bucket.requests.map(({ method }) => method).filter((method) => method === 'HEAD')).toHaveLength(1);
  expect(found.reads).toBe(gets().length);
  expect(found.bytesRead).toBeLessThan(bucket.bytes.length + 1);
  expect(gets().every(({ headers }) => headers.range?.startsWith('bytes='))).toBe(true);
});

test('takes the SHA-256 that S3 stored, and reads nothing for it', async () => {
  const hash = createHash('sha256').update(bucket.bytes);
  const hex = hash.copy().digest('hex');
  bucket.checksum = hash.digest('base64');
  const found = await inspectObject(client, song, limits);
  expect(found.sha256).toBe(hex);
  expect(bucket.requests[0]?.headers['x-amz-checksum-mode']).toBe('ENABLED');
});

test('a checksum of the checksums of parts is not the SHA-256 of the file', async () => {
  bucket.checksum = `${createHash('sha256').update('parts').digest('base64')}-3`;
  expect((await inspectObject(client, song, limits)).sha256).toBeUndefined();
});

test('all reads are of the version that the HEAD found', async () => {
  bucket.versionId = 'v7';
  const found = await inspectObject(client, song, limits);
  expect(found.versionId).toBe('v7');
  expect(gets().length).toBeGreaterThan(0);
  expect(gets().every(({ url }) => url.searchParams.get('versionId') === 'v7')).toBe(true);
});

test('a version that was asked for is the one that is looked at', async () => {
  await inspectObject(client, { ...song, versionId: 'v3' }, limits);
  expect(bucket.requests.every(({ url }) => url.searchParams.get('versionId') === 'v3')).toBe(true);
});

test('without versions, an object that is replaced meanwhile is noticed', async () => {
  const found = await inspectObject(client, song, limits);
  expect(found.etag).toBe('"e1"');
  expect(gets().every(({ headers }) => headers['if-match'] === '"e1"')).toBe(true);
  bucket.refuse = { GET: 412 };
  await expect(inspectObject(client, song, limits)).rejects.toMatchObject({ name: 'RecordConflict' });
});

test.each([404, 405])('an object that is not there (%i) is missing, not an error', async (status) => {
  bucket.refuse = { HEAD: status };
  const found = await inspectObject(client, song, limits);
  expect(found).toMatchObject({ inspection: { usable: false, problem: 'missing' }, size: 0, reads: 0 });
});

test('a missing permission names the action and the object', async () => {
  bucket.refuse = { HEAD: 403 };
  await expect(inspectObject(client, song, limits)).rejects.toMatchObject({
    name: 'AccessDenied',
    message: 'Not allowed to read s3://audio/audio/s1/été #1.mp3: s3:GetObject is needed.',
  });
});

test('an S3 that fails is not a broken file', async () => {
  bucket.refuse = { GET: 503 };
  await expect(inspectObject(client, song, limits)).rejects.toMatchObject({
    $metadata: { httpStatusCode: 503 },
  });
});

test('an S3 that takes too long is not a broken file', async () => {
  const slow = new S3Client({ region: 'eu-central-1' });
  const mock = mockClient(slow);
  mock.on(HeadObjectCommand).resolves({ ContentLength: 500 });
  mock.on(GetObjectCommand).callsFake(() => new Promise(() => {}));
  await expect(inspectObject(slow, song, limits, { timeoutMs: 1 })).rejects.toMatchObject({
    name: 'StorageUnavailable',
    message: 'Reading the file took longer than 0.001 s.',
  });
});

test('a server that ignores ranges is not let send the whole file', async () => {
  bucket.ignoreRanges = true;
  await expect(inspectObject(client, song, limits)).rejects.toMatchObject({ name: 'StorageUnavailable' });
});

test('the name and the Content-Type are not believed: a large WAV called MP3 costs a single GET', async () => {
  bucket.bytes = wavFile({ seconds: 60, sampleRate: 44_100, channels: 2 });
  const found = await inspectObject(client, song, limits);
  expect(found.inspection).toMatchObject({ usable: true, format: 'WAV', durationSeconds: 60 });
  expect(gets()).toHaveLength(1);
});

test('3 MB of zeros called MP3 are refused after a few reads', async () => {
  bucket.bytes = zeros();
  const found = await inspectObject(client, song, limits);
  expect(found.inspection).toMatchObject({ usable: false, problem: 'not-audio' });
  expect(found.reads).toBeLessThan(5);
});

const hexOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const declared = () => ({ size: bucket.bytes.length, sha256: hexOf(bucket.bytes) });

test('the pinned version is used while it is there, after one HEAD', async () => {
  const pinned = { ...song, versionId: 'v1' };
  expect(await findSameBytes(client, pinned, declared())).toEqual(pinned);
  expect(bucket.requests.map(({ method }) => method)).toEqual(['HEAD']);
});

test.each(['the checksum that S3 stored', 'its bytes, where S3 stored none'])(
  'a newer version takes the place of one that is gone when it is the same by %s',
  async (by) => {
    bucket.gone = ['v1'];
    bucket.versionId = 'v2';
    if (by.startsWith('the checksum')) {
      bucket.checksum = createHash('sha256').update(bucket.bytes).digest('base64');
    }
    const found = await findSameBytes(client, { ...song, versionId: 'v1' }, declared());
    expect(found).toEqual({ ...song, versionId: 'v2' });
  },
);

test.each<[string, () => { size: number; sha256?: string }]>([
  ['of another length', () => ({ ...declared(), size: 7 })],
  ['of other bytes', () => ({ ...declared(), sha256: 'f'.repeat(64) })],
  ['that nobody can compare', () => ({ size: bucket.bytes.length })],
])('a newer version %s does not take its place', async (_, bytes) => {
  bucket.gone = ['v1'];
  bucket.versionId = 'v2';
  expect(await findSameBytes(client, { ...song, versionId: 'v1' }, bytes())).toBeUndefined();
});

test('an object that is not there at all has no bytes', async () => {
  bucket.refuse = { HEAD: 404 };
  expect(await findSameBytes(client, song, declared())).toBeUndefined();
  expect(await findSameBytes(client, { ...song, versionId: 'v1' }, declared())).toBeUndefined();
});
