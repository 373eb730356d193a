import { createHash } from 'node:crypto';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createdSessionAnswer, sessionAnswer, sessionListAnswer } from '../../functions/api/contract.ts';
import { ledgerEntrySchema, summarize } from '../../local/provider/ledger.ts';
import type { ReadyInfo } from '../../local/stack/ready-file.ts';
import { wavFile } from '../audio-files/wav.ts';
import { emptyHome } from './running-stack.ts';

const files = Array.from({ length: 8 }, (_, index) => ({
  name: `${index + 1} été #${index + 1}.wav`,
  bytes: wavFile({ seconds: 7, pitch: 220 + 20 * index, sampleRate: 8000 }),
}));

async function tokenOf({ issuer }: ReadyInfo): Promise<string> {
  const granted = await fetch(`${issuer}/token`, { method: 'POST' });
  return z.object({ access_token: z.string() }).parse(await granted.json()).access_token;
}

/** The API as curl sees it: plain requests. */
function apiOf({ api }: ReadyInfo, token: string) {
  return async (method: string, route: string, body?: object): Promise<unknown> => {
    const answer = await fetch(api + route, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return answer.json();
  };
}

test('a session that a kill cut off is shown as such, keeps its files and clips, and goes on', {
  timeout: 60_000,
}, async () => {
  const { startStack } = emptyHome();
  const { run: killed, ready: before } = await startStack('--speed', '20');
  const token = await tokenOf(before);
  const call = apiOf(before, token);
  const declared = files.map(({ name, bytes }) => ({
    name,
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }));
  const created = await call('POST', '/sessions', { name: 'Cut off', files: declared });
  const { sessionId, uploads } = createdSessionAnswer.parse(created);
  for (const [index, { url, headers }] of uploads.entries()) {
    const put = await fetch(url, { method: 'PUT', headers, body: new Uint8Array(files[index]?.bytes ?? []) });
    expect(put.status).toBe(200);
  }
  await call('POST', `/sessions/${sessionId}/start`);
  const route = `/sessions/${sessionId}`;
  const tracksDone = async () => {
    const { tracks } = sessionAnswer.parse(await call('GET', route));
    return tracks.filter(({ status }) => status === 'done');
  };
  await expect.poll(tracksDone, { timeout: 30_000, interval: 300 }).not.toEqual([]);
  const doneBefore = await tracksDone();
  killed.child.kill('SIGKILL');
  await killed.ended;

  const { ready } = await startStack('--speed', '200');
  // The token of before the kill: the issuer's key is kept, too.
  const callAgain = apiOf(ready, token);
  const list = sessionListAnswer.parse(await callAgain('GET', '/sessions'));
  expect(list.sessions).toMatchObject([{ sessionId, name: 'Cut off' }]);
  const interrupted = sessionAnswer.parse(await callAgain('GET', route));
  expect(interrupted.status).toBe('interrupted');
  expect(interrupted.tracks).toEqual(expect.arrayContaining(doneBefore));
  expect(interrupted.modelId).toBeUndefined();
  const s3 = new S3Client({
    endpoint: ready.s3,
    region: ready.region,
    credentials: ready.adminKey,
    forcePathStyle: true,
  });
  const stored = await s3.send(
    new ListObjectsV2Command({ Bucket: ready.bucket, Prefix: `audio/${sessionId}/` }),
  );
  expect(stored.Contents?.map(({ Size }) => Size)).toEqual(files.map(({ bytes }) => bytes.length));

  await callAgain('POST', `${route}/start`);
  const status = async () => sessionAnswer.parse(await callAgain('GET', route)).status;
  await expect.poll(status, { timeout: 30_000, interval: 1000 }).toBe('ready');
  const session = sessionAnswer.parse(await callAgain('GET', route));
  expect(session.modelId).toMatch(/^chirp-custom:/);
  // Clip and attempts are as they were: what was finished was not sent again.
  expect(session.tracks).toEqual(expect.arrayContaining(doneBefore));
  expect(session.tracks.map((track) => track.status)).toEqual(Array(8).fill('done'));

  const answer = await fetch(`${ready.provider}/_sandbox/ledger`);
  const { entries } = z.object({ entries: z.array(ledgerEntrySchema) }).parse(await answer.json());
  expect(summarize(entries).calls).toMatchObject({ prepare: 1, create: 1 });
  expect(entries.filter(({ credits }) => credits === 100)).toHaveLength(1);
  // One upload a track; an answer that the kill took away is the only reason for a second one.
  const attempts = session.tracks.reduce((sum, track) => sum + track.attempts, 0);
  expect(summarize(entries).calls.upload).toBeLessThanOrEqual(attempts);
  expect(attempts).toBeLessThan(8 + 8 - doneBefore.length + 1);
});
