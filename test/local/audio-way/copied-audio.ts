import { createHash, randomBytes } from 'node:crypto';
import { ListMultipartUploadsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest';
import type { AudioObject, AudioWay } from '../../../local/audio-way/audio-way.ts';
import { bucket } from '../../../test-support/s3-bucket.ts';
import { asPerson, type Bucket, bucketBehindFront, openWay } from './bucket-behind-front.ts';

export const sessionId = '3f0c9a52-6d1e-4b7a-9a35-0c5f2e8d7b41';
export const MiB = 1024 * 1024;
export const signal = new AbortController().signal;
/** For a machine that is busy. */
export const patiently = { timeout: 20_000, interval: 20 };

/** A track's object in the local bucket, as `trackKey` names it. */
function track(trackId: string, bytes: Buffer, suffix = 'mp3') {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { key: `audio/${sessionId}/${trackId}.${sha256}.${suffix}`, size: bytes.length };
}
/** What is in the local bucket, by key. */
export const files: Record<string, Buffer> = {};
const objectOf = (trackId: string, bytes: Buffer, suffix?: string) => {
  const object = track(trackId, bytes, suffix);
  files[object.key] = bytes;
  return object;
};
export const small = objectOf('1', randomBytes(300_000));
export const other = objectOf('2', randomBytes(200_000), 'flac');
export const large = objectOf('3', randomBytes(8 * MiB + 200_000), 'wav');

/** A bucket for the tests of a file, and a way to it for each test, without faults; what a test has copied is removed. */
export function bucketOfCopies() {
  let there: Bucket;
  let open: AudioWay;
  beforeAll(async () => {
    there = await bucketBehindFront();
  });
  beforeEach(async () => {
    asPerson(there.endpoint);
    there.seen.length = 0;
    there.faults(() => undefined);
    open = await openWay(there, files);
  });
  afterEach(async () => {
    there.faults(() => undefined);
    await open.remove(sessionId);
    await open.close();
    vi.unstubAllEnvs();
  });
  afterAll(() => there.stop());

  const place = () => there;
  const way = () => open;
  const publish = (
    objects: readonly AudioObject[],
    on = open,
    progress: Parameters<AudioWay['publish']>[2] = () => {},
  ) => on.publish(sessionId, objects, progress, signal);
  async function linkOf(object: AudioObject, on = open): Promise<string> {
    for (;;) {
      const link = await on.link(sessionId, object);
      if ('url' in link) return link.url;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  const bytesAt = async (url: string) => Buffer.from(await (await fetch(url)).arrayBuffer());
  /** Another client of the same bucket, as a person has one. */
  const client = () => there.behind.connect();
  const keysThere = async () => {
    const { Contents = [] } = await client().send(new ListObjectsV2Command({ Bucket: bucket }));
    return Contents.map(({ Key }) => Key);
  };
  const listUploads = () => client().send(new ListMultipartUploadsCommand({ Bucket: bucket }));
  const uploadsThere = async () => ((await listUploads()).Uploads ?? []).map(({ Key }) => Key);
  const puts = () => there.requests().filter((line) => line.startsWith('PUT'));

  return { place, way, publish, linkOf, bytesAt, client, keysThere, listUploads, uploadsThere, puts };
}
