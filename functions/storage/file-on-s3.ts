import {
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { ChirpsmithError } from '../shared/errors.ts';
import { hashObject } from './stored-object.ts';

/** Where a file is; without a version, the newest one. */
export interface AudioObject {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string | undefined;
}

/**
 * Finds the bytes that were looked at: the object's pinned version, or, when that is gone, the newest version with the
 * same bytes. Bytes of which S3 has no SHA-256 are read whole for that.
 * @returns undefined when there are no such bytes any more
 * @throws ChirpsmithError as `inspectObject`; and the errors of the SDK
 */
export async function findSameBytes(
  client: S3Client,
  object: AudioObject,
  bytes: { readonly size?: number | undefined; readonly sha256?: string | undefined },
): Promise<AudioObject | undefined> {
  if (await headOf(client, object)) return object;
  const { versionId: _gone, ...newest } = object;
  const head = object.versionId === undefined ? undefined : await headOf(client, newest);
  if (!head || bytes.sha256 === undefined || head.ContentLength !== bytes.size) return undefined;
  const found = { ...newest, versionId: head.VersionId };
  const sha256 = hexOf(head.ChecksumSHA256) ?? (await hashObject(client, found));
  return sha256 === bytes.sha256 ? found : undefined;
}

/**
 * What S3 says of an object; undefined when there is none.
 * @throws ChirpsmithError `AccessDenied`, and the errors of the SDK
 */
export async function headOf(client: S3Client, object: AudioObject): Promise<HeadObjectOutput | undefined> {
  try {
    return await client.send(
      new HeadObjectCommand({
        Bucket: object.bucket,
        Key: object.key,
        VersionId: object.versionId,
        ChecksumMode: 'ENABLED',
      }),
    );
  } catch (error) {
    const status = statusOf(error);
    // 405 is the answer for a version that is a delete marker.
    if (status === 404 || status === 405) return undefined;
    if (status === 403) throw await deniedRead(client, object);
    throw error;
  }
}

/** The answer to a HEAD has no body, so a GET of one byte fetches S3's own message: who, what, on what. */
async function deniedRead(client: S3Client, object: AudioObject): Promise<ChirpsmithError> {
  const where = { Bucket: object.bucket, Key: object.key, VersionId: object.versionId };
  const cause: unknown = await client.send(new GetObjectCommand({ ...where, Range: 'bytes=0-0' })).then(
    ({ Body }) => Body?.transformToByteArray(),
    (error: unknown) => error,
  );
  const said =
    cause instanceof Error && /is not authorized to perform/.test(cause.message) ? cause.message : undefined;
  const action = object.versionId ? 's3:GetObjectVersion' : 's3:GetObject';
  const message = `Not allowed to read s3://${object.bucket}/${object.key}: ${said ?? `${action} is needed.`}`;
  return new ChirpsmithError('AccessDenied', message, { cause });
}

/** Base64 of 32 bytes as hex. A checksum of checksums (`…-3`, of a multipart upload) is not the file's. */
export function hexOf(checksum: string | undefined): string | undefined {
  const bytes = Buffer.from(checksum?.includes('-') ? '' : (checksum ?? ''), 'base64');
  return bytes.length === 32 ? bytes.toString('hex') : undefined;
}

/** Status of S3's answer, if the error is one of its. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  const { $metadata: metadata } = error;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}
