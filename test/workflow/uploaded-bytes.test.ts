import { createHash } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createdSessionAnswer, uploadAnswer } from '../../functions/api/contract.ts';
import { sharedStack, sinceNow, songs, type TestFile, type TestStack } from './local-stack.ts';

let it_: TestStack;
let admin: S3Client;
beforeAll(async () => {
  it_ = await sharedStack();
  const { s3: endpoint, region, adminKey: credentials } = it_.stack.ready;
  admin = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
});
afterEach(() => it_.idle());

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const declared = ({ name, bytes }: TestFile) => ({ name, size: bytes.length, sha256: sha256(bytes) });
const put = ({ url, headers }: { url: string; headers: Record<string, string> }, { bytes }: TestFile) =>
  fetch(url, { method: 'PUT', headers, body: new Uint8Array(bytes) });

/** A session of six tracks with all its files, and the URL of the first upload. */
async function uploaded() {
  const files = songs(6);
  const created = await it_.call('POST', '/sessions', { name: 'Night Drive', files: files.map(declared) });
  const { sessionId, uploads } = createdSessionAnswer.parse(created.body);
  const [first] = uploads;
  const [old] = files;
  const better = songs(7)[6];
  if (!first || !old || !better) throw new Error('There are six files, and a seventh.');
  for (const upload of uploads) {
    const file = files[Number(upload.trackId) - 1];
    if (file) await put(upload, file);
  }
  const replace = async (trackId: string, file: TestFile) =>
    uploadAnswer.parse(
      (await it_.call('PUT', `/sessions/${sessionId}/tracks/${trackId}`, declared(file))).body,
    );
  return { sessionId, first, old, better, replace };
}

describe('a track is trained on the bytes that were declared for it', () => {
  it('a session with a replaced track whose new file never arrives stops before anything is spent, and names the file', async () => {
    const { entries } = sinceNow(it_);
    const { sessionId, better, replace } = await uploaded();
    await replace('001', better);
    const session = await it_.run(sessionId);
    expect(session).toMatchObject({ status: 'failed', creditsSpent: 0, failure: { error: 'AudioRejected' } });
    expect(session.failure?.reason).toContain(`${better.name}: The file is not uploaded yet`);
    expect(entries()).toEqual([]);
  });

  it('the session goes on by resume once the file is uploaded', async () => {
    const { sums } = sinceNow(it_);
    const { sessionId, better, replace } = await uploaded();
    const upload = await replace('001', better);
    await it_.run(sessionId);
    expect((await put(upload, better)).status).toBe(200);
    expect(await it_.run(sessionId, 'resume')).toMatchObject({ status: 'ready' });
    expect(sums()).toMatchObject({ calls: { upload: 6, create: 1 }, credits: 106 });
  });

  it('a slow upload of the replaced file that ends last changes nothing', async () => {
    const { entries } = sinceNow(it_);
    const { sessionId, first, old, better, replace } = await uploaded();
    await put(await replace('001', better), better);
    expect((await put(first, old)).status).toBe(200);
    expect(await it_.run(sessionId)).toMatchObject({ status: 'ready' });
    const sent = await Promise.all(
      entries().flatMap(({ call, audio }) => (call === 'upload' && audio ? [bytesAt(audio)] : [])),
    );
    expect(sent.map(sha256)).toContain(sha256(better.bytes));
    expect(sent.map(sha256)).not.toContain(sha256(old.bytes));
  });

  it('other bytes that a person puts in the place of a declared file by hand are not trained on', async () => {
    const { entries } = sinceNow(it_);
    const { sessionId, first, better } = await uploaded();
    const [, Bucket = '', ...key] = new URL(first.url).pathname.split('/');
    const Key = key.map(decodeURIComponent).join('/');
    await admin.send(new PutObjectCommand({ Bucket, Key, Body: better.bytes }));
    const session = await it_.run(sessionId);
    expect(session).toMatchObject({ status: 'failed', creditsSpent: 0 });
    expect(session.failure?.reason).toContain('The file is not uploaded yet');
    expect(entries()).toEqual([]);
  });
});

/** What lies in the bucket under the path of a URL. */
async function bytesAt(path: string): Promise<Uint8Array> {
  const [, Bucket = '', ...key] = path.split('/');
  const Key = key.map(decodeURIComponent).join('/');
  const { Body } = await admin.send(new GetObjectCommand({ Bucket, Key }));
  return (await Body?.transformToByteArray()) ?? new Uint8Array();
}
