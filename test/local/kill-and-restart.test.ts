import { createHash } from 'node:crypto';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  createdSessionAnswer,
  sessionAnswer,
  sessionListAnswer,
} from '../../functions/api/contract/session.ts';
import type { ReadyInfo } from '../../local/stack/ready-file.ts';
import { ledgerEntrySchema, summarize } from '../../packages/provider-sandbox/ledger.ts';
import { wavFile } from '../../test-support/audio-files/wav.ts';
import { emptyHome } from './running-stack.ts';

const files = Array.from({ length: 6 }, (_, index) => ({
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

test('sessions that a kill cut off are shown as such, keep their files and clips, and go on; what is in doubt settles itself', {
  timeout: 180_000,
}, async () => {
  const { startStack } = emptyHome();
  const { run: killed, ready: before } = await startStack('--speed', '20');
  const token = await tokenOf(before);
  const call = apiOf(before, token);
  /** A session with its files, started. */
  const begin = async (name: string): Promise<string> => {
    const declared = files.map(({ name, bytes }) => ({
      name,
      size: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    }));
    const { sessionId, uploads } = createdSessionAnswer.parse(
      await call('POST', '/sessions', { name, files: declared }),
    );
    for (const [index, { url, headers }] of uploads.entries()) {
      const body = new Uint8Array(files[index]?.bytes ?? []);
      expect((await fetch(url, { method: 'PUT', headers, body })).status).toBe(200);
    }
    await call('POST', `/sessions/${sessionId}/start`);
    return sessionId;
  };
  const ledger = async (provider: string) => {
    const answer = await fetch(`${provider}/_sandbox/ledger`);
    return z.object({ entries: z.array(ledgerEntrySchema) }).parse(await answer.json()).entries;
  };

  // The provider takes the create of one session and does not answer: the record holds the intent.
  await fetch(`${before.provider}/_sandbox/faults`, {
    method: 'POST',
    body: JSON.stringify({ call: 'create', kind: 'timeout-after' }),
  });
  const inDoubt = await begin('In doubt');
  const creates = async () => summarize(await ledger(before.provider)).calls.create;
  await expect.poll(creates, { timeout: 30_000, interval: 100 }).toBe(1);
  // The other has some of its clips.
  const cutOff = await begin('Cut off');
  const tracksDone = async () => {
    const { tracks } = sessionAnswer.parse(await call('GET', `/sessions/${cutOff}`));
    return tracks.filter(({ status }) => status === 'done');
  };
  await expect.poll(tracksDone, { timeout: 30_000, interval: 200 }).not.toEqual([]);
  const doneBefore = await tracksDone();
  killed.child.kill('SIGKILL');
  await killed.ended;

  const { ready } = await startStack('--speed', '200');
  // The token of before the kill: the issuer's key is kept, too.
  const callAgain = apiOf(ready, token);
  const session = async (id: string) => sessionAnswer.parse(await callAgain('GET', `/sessions/${id}`));
  const interrupted = await session(cutOff);
  expect(interrupted).toMatchObject({ status: 'interrupted', actions: ['resume', 'cancel'] });
  expect(interrupted.tracks).toEqual(expect.arrayContaining(doneBefore));
  expect(interrupted.modelId).toBeUndefined();
  const list = sessionListAnswer.parse(await callAgain('GET', '/sessions'));
  expect(list.sessions.map(({ name }) => name)).toEqual(['Cut off', 'In doubt']);
  const s3 = new S3Client({
    endpoint: ready.s3,
    region: ready.region,
    credentials: ready.adminKey,
    forcePathStyle: true,
  });
  const stored = await s3.send(
    new ListObjectsV2Command({ Bucket: ready.bucket, Prefix: `audio/${cutOff}/` }),
  );
  expect(stored.Contents?.map(({ Size }) => Size)).toEqual(files.map(({ bytes }) => bytes.length));

  // No person resumed this one: the sweep began a run that asks the provider, and it is not paid again.
  const isReady = (id: string) => async () => (await session(id)).status;
  await expect.poll(isReady(inDoubt), { timeout: 60_000, interval: 500 }).toBe('ready');
  expect(await session(inDoubt)).toMatchObject({
    creditsSpent: 106,
    executionArn: expect.stringMatching(/-2$/),
  });

  await callAgain('POST', `/sessions/${cutOff}/start`);
  await expect.poll(isReady(cutOff), { timeout: 60_000, interval: 500 }).toBe('ready');
  const ended = await session(cutOff);
  expect(ended.modelId).toMatch(/^chirp-custom:/);
  // Clip and attempts are as they were: what was finished was not sent again.
  expect(ended.tracks).toEqual(expect.arrayContaining(doneBefore));
  expect(ended.tracks.map((track) => track.status)).toEqual(Array(6).fill('done'));

  const entries = await ledger(ready.provider);
  expect(summarize(entries).calls).toMatchObject({ prepare: 2, create: 2 });
  expect(entries.filter(({ credits }) => credits === 100)).toHaveLength(2);
  // One upload a track; an answer that the kill took away is the only reason for a second one.
  const attempts = ended.tracks.reduce((sum, track) => sum + track.attempts, 0);
  expect(summarize(entries).calls.upload).toBeLessThanOrEqual(6 + attempts);
  expect(attempts).toBeLessThan(6 + 6 - doneBefore.length + 1);
});
