import { createHash } from 'node:crypto';
import { ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createdSessionAnswer } from '../../functions/api/contract/session.ts';
import { signedUploadsAnswer } from '../../functions/api/contract/track.ts';
import { partSize } from '../../functions/domain/file-parts.ts';
import { wavFile } from '../../test-support/audio-files/wav.ts';
import { sharedStack, sinceNow, songs, type TestStack } from '../../test-support/local-stack.ts';

let it_: TestStack;
let admin: S3Client;
beforeAll(async () => {
  it_ = await sharedStack();
  const { s3: endpoint, region, adminKey: credentials } = it_.stack.ready;
  admin = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
});
afterEach(() => it_.idle());

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
/** A whole part and a rest. */
const large = wavFile({ seconds: 49, sampleRate: 44_100, channels: 2 });
const pieces = [0, 1].map((index) => large.subarray(index * partSize, (index + 1) * partSize));
const parts = pieces.map(digest);

const put = ({ url, headers }: { url: string; headers: Record<string, string> }, bytes: Uint8Array) =>
  fetch(url, { method: 'PUT', headers, body: new Uint8Array(bytes) });

/** A session of six, of which the first is large; nothing is uploaded. */
async function declared(first: Uint8Array = large) {
  const files = [{ name: 'large.wav', bytes: first }, ...songs(6).slice(1)];
  const body = files.map(({ name, bytes }) => ({ name, size: bytes.length, sha256: digest(bytes) }));
  const created = await it_.call('POST', '/sessions', { name: 'Parts', files: body, again: true });
  const { sessionId } = createdSessionAnswer.parse(created.body);
  const ask = async (...tracks: { trackId: string; parts?: string[] }[]) => {
    const answer = await it_.call('POST', `/sessions/${sessionId}/uploads`, { tracks });
    if (answer.status !== 200) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
    return signedUploadsAnswer.parse(answer.body);
  };
  return { sessionId, files, ask };
}

const pending = async (sessionId: string) => {
  const { bucket: Bucket } = it_.stack.ready;
  const list = new ListMultipartUploadsCommand({ Bucket, Prefix: `audio/${sessionId}/` });
  return ((await admin.send(list)).Uploads ?? []).length;
};

// Megabytes are signed, sent and read: on a busy machine that takes a while.
describe('POST /sessions/{id}/uploads', { timeout: 120_000 }, () => {
  it('says which files are missing and where they go, and continues parts where they were cut off', async () => {
    const { sums } = sinceNow(it_);
    const { sessionId, files, ask } = await declared();
    const others = files.slice(1).map((_, index) => ({ trackId: `00${index + 2}` }));

    const [first] = (await ask({ trackId: '001', parts })).inParts;
    expect(first?.parts.map(({ number, size }) => [number, size])).toEqual(
      pieces.map(({ length }, index) => [index + 1, length]),
    );
    const url = first?.parts[1];
    if (!url) throw new Error('There is a second part.');
    expect((await put(url, Uint8Array.from(pieces[1] ?? large).fill(1))).status).toBe(400);
    expect((await put(url, (pieces[1] ?? large).subarray(1))).status).toBe(403);
    expect((await put(url, pieces[1] ?? large)).status).toBe(200);

    const { inParts, uploads, uploaded } = await ask({ trackId: '001', parts }, ...others);
    expect(inParts[0]?.parts.map(({ number }) => number)).toEqual([1]);
    expect(uploads.map(({ trackId }) => trackId)).toEqual(others.map(({ trackId }) => trackId));
    expect(uploaded).toEqual([]);
    for (const part of inParts[0]?.parts ?? []) await put(part, pieces[part.number - 1] ?? large);
    for (const upload of uploads) await put(upload, files[Number(upload.trackId) - 1]?.bytes ?? large);

    const last = await ask({ trackId: '001', parts }, ...others);
    expect(last).toEqual({ uploaded: files.map((_, index) => `00${index + 1}`), uploads: [], inParts: [] });
    expect(await pending(sessionId)).toBe(0);
    // The object has no SHA-256 of the whole: it is read, and found to be what was declared.
    expect(await it_.run(sessionId)).toMatchObject({ status: 'ready' });
    expect(sums()).toMatchObject({ calls: { upload: 6, create: 1 }, credits: 106 });
  });

  it('parts of other bytes than the file was declared with are not trained on', async () => {
    const { entries } = sinceNow(it_);
    const other = Uint8Array.from(large);
    other.fill(1, 100_000, 100_100);
    const { sessionId, files, ask } = await declared(other);
    for (const { number, ...part } of (await ask({ trackId: '001', parts })).inParts[0]?.parts ?? []) {
      await put(part, pieces[number - 1] ?? large);
    }
    expect((await ask({ trackId: '001', parts })).uploaded).toEqual(['001']);
    const others = files.slice(1).map((_, index) => ({ trackId: `00${index + 2}` }));
    for (const upload of (await ask(...others)).uploads) {
      await put(upload, files[Number(upload.trackId) - 1]?.bytes ?? large);
    }
    const session = await it_.run(sessionId);
    expect(session).toMatchObject({ status: 'failed', creditsSpent: 0 });
    expect(session.failure?.reason).toContain('large.wav: The file is not uploaded yet: other bytes');
    expect(entries()).toEqual([]);
    // It is mended by the same route, as the reason says.
    const [again] = (await ask({ trackId: '001' })).uploads;
    if (!again) throw new Error('The file is to be uploaded again.');
    expect((await put(again, other)).status).toBe(200);
    expect((await ask({ trackId: '001' })).uploaded).toEqual(['001']);
    expect(await it_.run(sessionId, 'resume')).toMatchObject({ status: 'ready' });
  });

  it('a deleted session leaves no parts behind', async () => {
    const { sessionId, ask } = await declared();
    await ask({ trackId: '001', parts });
    expect(await pending(sessionId)).toBe(1);
    const { api, token } = it_.stack.ready;
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(`${api}/sessions/${sessionId}`, { method: 'DELETE', headers })).status).toBe(204);
    expect(await pending(sessionId)).toBe(0);
  });

  it.each([
    ['too few parts', { trackId: '001', parts: parts.slice(1) }, 'tracks[0].parts', 'the file has 2'],
    ['a part that is no hash', { trackId: '001', parts: ['x'] }, 'tracks[0].parts[0]', 'SHA-256'],
    ['a track that is not there', { trackId: '099' }, 'tracks[0].trackId', 'no track of the session'],
  ])('refuses %s, saying where the fault is', async (_, track, where, words) => {
    const { sessionId } = await declared();
    const answer = await it_.call('POST', `/sessions/${sessionId}/uploads`, { tracks: [track] });
    expect(answer).toMatchObject({
      status: 400,
      body: { problems: [{ where, message: expect.stringContaining(words) }] },
    });
  });
});
