import { createHash } from 'node:crypto';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createdSessionAnswer } from '../../functions/api/contract/session.ts';
import { uploadAnswer } from '../../functions/api/contract/track.ts';
import {
  sharedStack,
  sinceNow,
  songs,
  type TestFile,
  type TestStack,
} from '../../test-support/local-stack.ts';

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
  const created = await it_.call('POST', '/sessions', {
    name: 'Night Drive',
    files: files.map(declared),
    again: true,
  });
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
  it('a session with a replaced track whose new file never arrives stops before anything is spent, and names the file; once it is uploaded, a resume goes on', async () => {
    const { entries, sums } = sinceNow(it_);
    const { sessionId, better, replace } = await uploaded();
    const upload = await replace('001', better);
    const session = await it_.run(sessionId);
    expect(session).toMatchObject({ status: 'failed', creditsSpent: 0, failure: { error: 'AudioRejected' } });
    expect(session.failure?.reason).toContain(`${better.name}: The file is not uploaded yet`);
    expect(entries()).toEqual([]);

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

describe('a provider that judges a URL before it reads a byte', () => {
  const judge = (judgedBy: 'content' | 'suffix' | 'type' | 'head') =>
    it_.stack.sandbox?.change({ audio: { judgedBy } });
  afterEach(() => judge('content'));
  /** Of each of these a WAV lies in the bucket: some names say so, some lie, some say nothing. */
  const names = ['1.wav', '2.mp3', '3', '4.WAV', '5 take.final', '6.wave'];
  const misnamed = () => songs(6).map((file, index) => ({ ...file, name: names[index] ?? '' }));

  it.each(['suffix', 'type'] as const)(
    'takes every track by its %s, whatever the file was called',
    async (by) => {
      judge(by);
      const { entries } = sinceNow(it_);
      expect(await it_.run(await it_.upload(misnamed()))).toMatchObject({ status: 'ready' });
      const sent = entries().flatMap(({ call, audio }) => (call === 'upload' ? [audio] : []));
      expect(sent).toEqual(Array(6).fill(expect.stringMatching(/\.(wav|WAV)$/)));
    },
  );

  it('takes a batch by its suffix, too', async () => {
    judge('suffix');
    const sessionId = await it_.upload(misnamed(), { kind: 'batch' });
    expect(await it_.run(sessionId)).toMatchObject({ status: 'ready', batch: { clips: 6, missing: 0 } });
  });

  it('takes tracks of the inbox by their suffix, and the files there stay as they are', async () => {
    judge('suffix');
    const { bucket: Bucket, stateMachineArn } = it_.stack.ready;
    const audio: string[] = [];
    for (const { name, bytes } of misnamed()) {
      await admin.send(new PutObjectCommand({ Bucket, Key: `inbox/misnamed/${name}`, Body: bytes }));
      audio.push(`s3://${Bucket}/inbox/misnamed/${name}`);
    }
    const input = JSON.stringify({ name: 'Misnamed', audio, owner: 'local' });
    const started = await it_.stepFunctions.send(new StartExecutionCommand({ stateMachineArn, input }));
    expect(await it_.ended(started.executionArn ?? '')).toMatchObject({ status: 'SUCCEEDED' });
    const list = new ListObjectsV2Command({ Bucket, Prefix: 'inbox/misnamed/' });
    const { Contents = [] } = await admin.send(list);
    expect(Contents.map(({ Key }) => Key).sort()).toEqual(
      names.map((name) => `inbox/misnamed/${name}`).sort(),
    );
  });

  it('by HEAD refuses every track, and the reason says why no other file can help and what can', async () => {
    judge('head');
    const session = await it_.run(await it_.upload(songs(6)));
    expect(session).toMatchObject({ status: 'failed', failure: { error: 'NotEnoughClips' } });
    for (const { failure } of session.tracks) {
      expect(failure?.reason).toMatch(/^Audio is not reachable \(HEAD 403\)/);
      expect(failure?.reason).toContain('A signed URL of S3 answers GET only');
      expect(failure?.reason).toContain('https:// URLs');
    }
  });

  it('by HEAD takes https:// URLs of a server that answers HEAD, as that reason advises', async () => {
    judge('head');
    const bytes = songs(1)[0]?.bytes ?? new Uint8Array();
    const real = globalThis.fetch;
    const network = vi.spyOn(globalThis, 'fetch').mockImplementation(async (request, init) => {
      if (!String(request).startsWith('https://cdn.example.com/')) return real(request, init);
      return new Response(init?.method === 'HEAD' ? null : new Uint8Array(bytes));
    });
    const { stateMachineArn } = it_.stack.ready;
    const audio = songs(6).map((_, index) => `https://cdn.example.com/${index}.wav`);
    const input = JSON.stringify({ name: 'Elsewhere', audio, owner: 'local' });
    const started = await it_.stepFunctions.send(new StartExecutionCommand({ stateMachineArn, input }));
    const ended = await it_.ended(started.executionArn ?? '');
    network.mockRestore();
    expect(ended).toMatchObject({ status: 'SUCCEEDED' });
  });
});

/** What lies in the bucket under the path of a URL. */
async function bytesAt(path: string): Promise<Uint8Array> {
  const [, Bucket = '', ...key] = path.split('/');
  const Key = key.map(decodeURIComponent).join('/');
  const { Body } = await admin.send(new GetObjectCommand({ Bucket, Key }));
  return (await Body?.transformToByteArray()) ?? new Uint8Array();
}
