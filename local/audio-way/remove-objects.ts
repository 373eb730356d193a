import { AbortMultipartUploadCommand, DeleteObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { httpStatusOf } from '../../functions/shared/aws-answer.ts';
import { mapConcurrent } from '../../functions/shared/map-concurrent.ts';
import { isUnknownOperation } from './bucket-errors.ts';
import type { PublishedEntry, PublishedJournal } from './published-journal.ts';
import { type Pause, repeated } from './repeat-request.ts';

/** Requests at the same time: a stack that ends waits for them only a moment. */
const atOnce = 8;

export interface RemovalOptions {
  readonly client: S3Client;
  readonly bucket: string;
  /** Leaves objects that are whole. */
  readonly keep: boolean;
  readonly signal: AbortSignal;
  readonly pause: Pause;
}

/**
 * Deletes what the journal has of a session, and ends its unfinished uploads. What cannot be removed stays in the journal.
 * @throws the first error, after everything else was removed
 */
export async function removeObjects(
  sessionId: string,
  journal: PublishedJournal,
  options: RemovalOptions,
): Promise<void> {
  const failures: unknown[] = [];
  const removeOne = async ([key, entry]: [string, PublishedEntry]) => {
    try {
      await removeObject(key, entry, options);
      journal.forget(sessionId, key);
    } catch (error) {
      failures.push(error); // The others are to be removed all the same.
    }
  };
  await mapConcurrent([...journal.objects(sessionId)], atOnce, removeOne, options.signal);
  if (failures.length > 0) throw failures[0];
}

async function removeObject(
  Key: string,
  { uploadId: UploadId, etag, versionId: VersionId }: PublishedEntry,
  { client, bucket: Bucket, keep, signal, pause }: RemovalOptions,
): Promise<void> {
  const send = (work: () => Promise<unknown>) =>
    repeated(signal, pause, work).catch((error: unknown) => {
      // It is gone already, or cannot be ended there.
      if (httpStatusOf(error) !== 404 && !isUnknownOperation(error)) throw error;
    });
  if (UploadId !== undefined && etag === undefined) {
    const abort = new AbortMultipartUploadCommand({ Bucket, Key, UploadId });
    await send(() => client.send(abort, { abortSignal: signal }));
  }
  if (keep) return;
  const remove = new DeleteObjectCommand({ Bucket, Key, VersionId });
  await send(() => client.send(remove, { abortSignal: signal }));
}
