import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, expect, it } from 'vitest';
import type { BusEvent } from '../../../../packages/local-aws/event-bridge/pattern.ts';
import { bucket, bucketArn, startBucket } from '../../../../test-support/s3-bucket.ts';

let stand: Awaited<ReturnType<typeof startBucket>>;
afterEach(() => stand.stop());

async function events(options: Parameters<typeof startBucket>[0]): Promise<BusEvent[]> {
  stand = await startBucket(options);
  const client = stand.connect();
  const Key = 'inbox/a b+c é.mp3';
  await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'bytes' }));
  await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'other' }));
  await client.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
  await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'not there' }));
  return stand.events;
}

it('sends EventBridge an event for each object put or deleted, with its key as it is', async () => {
  const [put, again, deleted] = await events({ eventBridge: true });
  expect(put).toMatchObject({
    version: '0',
    'detail-type': 'Object Created',
    source: 'aws.s3',
    account: '123456789012',
    region: 'eu-west-1',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    resources: [bucketArn],
    detail: {
      version: '0',
      bucket: { name: bucket },
      object: {
        key: 'inbox/a b+c é.mp3',
        size: 5,
        etag: '4b3a6218bb3e3a7303e8a171a60fcf92',
        'version-id': expect.stringMatching(/^[0-9a-f]{32}$/),
      },
      reason: 'PutObject',
    },
  });
  expect(deleted).toMatchObject({
    'detail-type': 'Object Deleted',
    detail: {
      object: { key: 'inbox/a b+c é.mp3', 'version-id': expect.any(String) },
      reason: 'DeleteObject',
      'deletion-type': 'Delete Marker Created',
    },
  });
  const sequence = [put, again, deleted].map((event) => String(Object(event?.detail.object).sequencer));
  expect(sequence).toEqual(sequence.toSorted());
  expect(new Set(sequence).size).toBe(3);
});

it('names no version for an unversioned object, and sends nothing for a missing one', async () => {
  const told = await events({ eventBridge: true, versioned: false });
  expect(told).toHaveLength(3);
  for (const { detail } of told) expect(detail.object).not.toHaveProperty('version-id');
  expect(told[2]).toMatchObject({ detail: { 'deletion-type': 'Permanently Deleted' } });
});

it('sends nothing for a bucket without EventBridge', async () => {
  expect(await events({})).toEqual([]);
});
