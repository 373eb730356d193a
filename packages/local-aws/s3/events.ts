import { randomBytes, randomUUID } from 'node:crypto';
import type { BusEvent } from '../event-bridge/pattern.ts';
import type { DeleteMarker, ObjectVersion } from './object-store.ts';

/** What became of an object, for the events of its bucket. */
export type ObjectChange =
  | { readonly put: ObjectVersion; readonly by: 'PutObject' | 'CopyObject' | 'CompleteMultipartUpload' }
  | { readonly deleted: DeleteMarker };

interface Where {
  readonly bucket: { readonly name: string; readonly arn: string; readonly versioned: boolean };
  readonly region: string;
  readonly account: string;
  readonly now: Date;
}

let counter = 0;

/** Greater with every change, as text; hexadecimal like S3's, which compares them for one key only (documented). */
const nextSequencer = (now: Date) => {
  counter += 1;
  return (now.getTime().toString(16).padStart(12, '0') + counter.toString(16).padStart(8, '0')).toUpperCase();
};

/**
 * The event that S3 hands to EventBridge (documented: "EventBridge event message structure"). Unlike in the
 * notifications to queues and functions, the key is not percent-encoded.
 */
export function objectEvent(change: ObjectChange, { bucket, region, account, now }: Where): BusEvent {
  const entry = 'put' in change ? change.put : change.deleted;
  const object = {
    key: entry.key,
    ...('put' in change ? { size: change.put.size, etag: change.put.etag } : {}),
    ...(bucket.versioned ? { 'version-id': entry.id } : {}),
    sequencer: nextSequencer(now),
  };
  const deletion = bucket.versioned ? 'Delete Marker Created' : 'Permanently Deleted';
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'put' in change ? 'Object Created' : 'Object Deleted',
    source: 'aws.s3',
    account,
    time: now.toISOString().replace(/\.\d{3}Z$/, 'Z'),
    region,
    resources: [bucket.arn],
    detail: {
      version: '0',
      bucket: { name: bucket.name },
      object,
      'request-id': randomBytes(8).toString('hex').toUpperCase(),
      requester: account,
      'source-ip-address': '127.0.0.1',
      ...('put' in change ? { reason: change.by } : { reason: 'DeleteObject', 'deletion-type': deletion }),
    },
  };
}
