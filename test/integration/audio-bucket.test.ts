import { readdirSync } from 'node:fs';
import path from 'node:path';
import { ListMultipartUploadsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { virtualClock } from '../../packages/local-servers/clock.ts';
import { startSandbox } from '../../packages/provider-sandbox/sandbox.ts';
import { openStack, quick, songs, type TestStack } from '../../test-support/local-stack.ts';
import { bucket } from '../../test-support/s3-bucket.ts';
import { asPerson, type Bucket, bucketBehindFront } from '../local/audio-way/bucket-behind-front.ts';

/** A provider that reaches the person's bucket, and nothing of this machine: loopback URLs of the stack are useless to it. */
async function elsewhere(place: Bucket, clock = virtualClock()) {
  const fetched: string[] = [];
  const sandbox = await startSandbox({
    port: 0,
    clock,
    key: 'a-key-of-the-provider',
    seed: 'audio-bucket',
    directory: path.join(place.home, 'provider'),
    settings: { durations: quick },
    fetch: async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : String(input));
      fetched.push(url.origin);
      if (url.origin !== place.endpoint) throw new TypeError('fetch failed');
      return fetch(input, init);
    },
  });
  return { sandbox, clock, fetched };
}

let place: Bucket;
let provider: Awaited<ReturnType<typeof elsewhere>>;
let it_: TestStack;
beforeAll(async () => {
  place = await bucketBehindFront();
  asPerson(place.endpoint);
  provider = await elsewhere(place);
  it_ = await open();
});
const open = (options: { home?: string } = {}) =>
  openStack({
    clock: provider.clock,
    provider: { baseUrl: provider.sandbox.url, key: provider.sandbox.key },
    audio: { chosen: { kind: 'bucket', bucket, prefix: 'chirpsmith', keep: false }, env: process.env },
    ...options,
  });
afterEach(() => {
  place.faults(() => undefined);
  place.behind.denied.clear();
});
afterAll(async () => {
  await it_.close();
  await provider.sandbox.close();
  await place.stop();
  vi.unstubAllEnvs();
});

const there = async () => {
  const client = place.behind.connect();
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
  return [...Contents, ...Uploads].map(({ Key }) => Key);
};
const isEmpty = () => vi.waitFor(async () => expect(await there()).toEqual([]), { timeout: 10_000 });
const upload = () => it_.upload(songs(6), { rights: true });
const spent = () => provider.sandbox.ledger().filter(({ call }) => call !== 'credits').length;

describe('a provider that reaches nothing of this machine', () => {
  let sessionId: string;

  it('costs nothing while the bucket cannot be used, and the session says why', async () => {
    const before = spent();
    place.behind.denied.add('s3:PutObject');
    sessionId = await upload();
    const session = await it_.run(sessionId);
    expect(session).toMatchObject({ status: 'failed', failure: { error: 'AudioUnreachable' } });
    expect(session.failure?.reason).toMatch(/Allow s3:PutObject on arn:aws:s3:::audio\/chirpsmith\/\*/);
    expect(spent()).toBe(before);
    place.behind.denied.clear();
  }, 60_000);

  it('makes a model of audio from the bucket once the advice is followed, by a resume; the bucket is empty afterwards', async () => {
    const session = await it_.run(sessionId, 'resume');
    expect(session).toMatchObject({ status: 'ready', modelId: expect.stringMatching(/^chirp-custom:/) });
    expect(new Set(provider.fetched)).toEqual(new Set([place.endpoint]));
    const sent = place
      .requests()
      .filter((line) => line.startsWith(`PUT /${bucket}/chirpsmith/${sessionId}/`));
    expect(sent).toHaveLength(6);
    await isEmpty();
    // What is deleted is forgotten a moment later.
    await vi.waitFor(() => expect(readdirSync(path.join(it_.home, 'audio-way'))).toEqual([]), {
      timeout: 10_000,
    });
  });

  it('what could not be deleted is deleted by the next stack', async () => {
    place.behind.denied.add('s3:DeleteObject');
    await it_.run(await upload());
    const { home } = it_;
    await it_.close(true);
    expect(await there()).toHaveLength(6);
    place.behind.denied.clear();
    it_ = await open({ home });
    await isEmpty();
  });
});
