import {
  AbortMultipartUploadCommand,
  type DeleteMarkerEntry,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { nameError } from '../shared/aws-errors.ts';

/** The files that a session keeps in the bucket. Methods throw `StorageUnavailable`, `AccessDenied` or `Unexpected`. */
export interface SessionFiles {
  /**
   * Deletes all versions of all of them for good. Where it ends early, calling it again deletes the rest.
   * @param unfinished uploads in parts that were begun and may not have ended
   */
  deleteAll(sessionId: string, unfinished?: readonly UnfinishedUpload[]): Promise<void>;
}

/** An upload in parts, which lists of objects do not show. */
export interface UnfinishedUpload {
  readonly key: string;
  readonly uploadId: string;
}

/** Deletions at the same time. */
const atOnce = 16;

export function createSessionFiles({ client, bucket }: { client: S3Client; bucket: string }): SessionFiles {
  const deleteEach = async (found: readonly Pick<DeleteMarkerEntry, 'Key' | 'VersionId'>[]) => {
    for (let from = 0; from < found.length; from += atOnce) {
      const some = found.slice(from, from + atOnce);
      await Promise.all(
        some.map(({ Key, VersionId }) =>
          client.send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId })),
        ),
      );
    }
  };
  const deleteUnder = async (prefix: string) => {
    let isTruncated: boolean | undefined;
    do {
      const list = new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix });
      const { Versions = [], DeleteMarkers = [], IsTruncated } = await client.send(list);
      await deleteEach([...Versions, ...DeleteMarkers]);
      // What was listed is gone, so the next list begins with the rest.
      isTruncated = IsTruncated;
    } while (isTruncated);
  };
  const abort = async ({ key: Key, uploadId: UploadId }: UnfinishedUpload) => {
    try {
      await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }));
    } catch (error) {
      // It is complete, or aborted before.
      if (!(error instanceof Error && error.name === 'NoSuchUpload')) throw error;
    }
  };
  return {
    async deleteAll(sessionId, unfinished = []) {
      try {
        for (const upload of unfinished) await abort(upload);
        for (const folder of ['audio', 'music']) await deleteUnder(`${folder}/${sessionId}/`);
      } catch (error) {
        throw nameError(error);
      }
    },
  };
}
