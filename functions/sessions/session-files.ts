import {
  type DeleteMarkerEntry,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { nameError } from '../shared/aws-errors.ts';

/** The files that a session keeps in the bucket. Methods throw `StorageUnavailable`, `AccessDenied` or `Unexpected`. */
export interface SessionFiles {
  /** Deletes all versions of all of them for good. Where it ends early, calling it again deletes the rest. */
  deleteAll(sessionId: string): Promise<void>;
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
  return {
    async deleteAll(sessionId) {
      try {
        for (const folder of ['audio', 'music']) await deleteUnder(`${folder}/${sessionId}/`);
      } catch (error) {
        throw nameError(error);
      }
    },
  };
}
