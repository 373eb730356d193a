import {
  AbortMultipartUploadCommand,
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { toChirpsmithError } from '../shared/aws-errors.ts';
import { ChirpsmithError } from '../shared/errors.ts';
import { mapConcurrent } from '../shared/map-concurrent.ts';

/** The files that a session keeps in the bucket. Methods throw `StorageUnavailable`, `AccessDenied` or `Unexpected`. */
export interface SessionFiles {
  /** Aborts pending multipart uploads. One that has ended already is no error. */
  abort(uploads: readonly UnfinishedUpload[]): Promise<void>;
  /**
   * Deletes at most a thousand versions of the session's files for good.
   * @returns how many; none when all are gone
   */
  deleteSome(sessionId: string): Promise<number>;
}

/** An upload in parts, which lists of objects do not show. */
export interface UnfinishedUpload {
  readonly key: string;
  readonly uploadId: string;
}

/** Requests at the same time. */
const atOnce = 16;

export function createSessionFiles({ client, bucket }: { client: S3Client; bucket: string }): SessionFiles {
  const abortOne = async ({ key: Key, uploadId: UploadId }: UnfinishedUpload) => {
    try {
      await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }));
    } catch (error) {
      // It is complete, or aborted before.
      if (!(error instanceof Error && error.name === 'NoSuchUpload')) throw toChirpsmithError(error);
    }
  };
  const deleteUnder = async (prefix: string): Promise<number> => {
    // A list has at most a thousand entries, as a deletion has. What was listed is gone then, so that the next list
    // begins with the rest.
    const list = new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix });
    const { Versions = [], DeleteMarkers = [] } = await client.send(list);
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
    if (Objects.length === 0) return 0;
    const { Errors = [] } = await client.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
    );
    const [first] = Errors;
    // The request succeeds even if none of them could be deleted.
    if (first) {
      const name = first.Code === 'AccessDenied' ? 'AccessDenied' : 'StorageUnavailable';
      throw new ChirpsmithError(name, `${first.Key} was not deleted: ${first.Code}: ${first.Message}`);
    }
    return Objects.length;
  };
  return {
    async abort(uploads) {
      await mapConcurrent(uploads, atOnce, abortOne);
    },

    async deleteSome(sessionId) {
      try {
        for (const folder of ['audio', 'music']) {
          const deleted = await deleteUnder(`${folder}/${sessionId}/`);
          if (deleted > 0) return deleted;
        }
        return 0;
      } catch (error) {
        throw toChirpsmithError(error);
      }
    },
  };
}
