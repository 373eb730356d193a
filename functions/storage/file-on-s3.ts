import {
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { UnreadableSource } from '../../packages/audio-inspection/bounded-source.ts';
import { type InspectionCost, inspectAudioWithCost } from '../../packages/audio-inspection/inspect-audio.ts';
import type { AudioLimits, ByteSource, Inspection } from '../../packages/audio-inspection/inspection.ts';
import { missing } from '../../packages/audio-inspection/problem-messages.ts';
import { ChirpsmithError } from '../shared/errors.ts';
import { hashObject } from './stored-object.ts';

/** Where a file is; without a version, the newest one. */
export interface AudioObject {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string | undefined;
}

/** What is in an object, and which bytes that was said of. */
export interface InspectedObject {
  readonly inspection: Inspection;
  /** Bytes; 0 when there is no such object. */
  readonly size: number;
  /** 64 lower-case hex digits, if S3 has it of the whole object; nothing is read to find it. */
  readonly sha256?: string;
  readonly etag?: string;
  readonly versionId?: string;
  /** Ranged GETs, without the HEAD. */
  readonly reads: number;
  readonly bytesRead: number;
}

/**
 * Inspects an object by ranged GETs that all see the same bytes: those of the version, or with the ETag, that
 * the HEAD found. The object's Content-Type and name are the uploader's claims and are ignored.
 * @throws ChirpsmithError `AccessDenied` (names action and object), `RecordConflict` if the object was replaced
 * meanwhile, `StorageUnavailable`; and the errors of the SDK
 */
export async function inspectObject(
  client: S3Client,
  object: AudioObject,
  limits: AudioLimits,
  cost: InspectionCost = {},
): Promise<InspectedObject> {
  const head = await headOf(client, object);
  if (!head) return { inspection: missing(), size: 0, reads: 0, bytesRead: 0 };
  const { ETag: etag, ContentLength: size = 0, VersionId: versionId = object.versionId } = head;
  const sha256 = hexOf(head.ChecksumSHA256);
  const source = objectSource(client, { ...object, size, etag, versionId });
  return {
    ...(await inspectAudioWithCost(source, limits, cost).catch(rethrow)),
    size,
    ...(sha256 && { sha256 }),
    ...(etag && { etag }),
    ...(versionId && { versionId }),
  };
}

/**
 * Finds the bytes that were looked at: the object's pinned version, or, when that is gone, the newest version with the
 * same bytes. Bytes of which S3 has no SHA-256 are read whole for that.
 * @returns undefined when there are no such bytes any more
 * @throws as {@link inspectObject}
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

function rethrow(error: unknown): never {
  if (!(error instanceof UnreadableSource)) throw error;
  throw new ChirpsmithError('StorageUnavailable', error.message, { cause: error });
}

async function headOf(client: S3Client, object: AudioObject): Promise<HeadObjectOutput | undefined> {
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

function objectSource(
  client: S3Client,
  object: {
    bucket: string;
    key: string;
    size: number;
    etag?: string | undefined;
    versionId?: string | undefined;
  },
): ByteSource {
  const pin = object.versionId ? { VersionId: object.versionId } : { IfMatch: object.etag };
  return {
    size: object.size,
    async read(offset, length) {
      const Range = `bytes=${offset}-${offset + length - 1}`;
      const command = new GetObjectCommand({ Bucket: object.bucket, Key: object.key, Range, ...pin });
      const answer = await client.send(command).catch((error: unknown) => {
        if (statusOf(error) !== 412) throw error;
        const message = `s3://${object.bucket}/${object.key} was replaced while it was looked at.`;
        throw new ChirpsmithError('RecordConflict', message, { cause: error });
      });
      // A server that ignores the range would send the whole file; that is not read at all.
      if (answer.ContentLength !== length || !answer.Body) {
        throw new ChirpsmithError('StorageUnavailable', `S3 answered ${Range} with something else.`);
      }
      return answer.Body.transformToByteArray();
    },
  };
}

/** Base64 of 32 bytes as hex. A checksum of checksums (`…-3`, of a multipart upload) is not the file's. */
function hexOf(checksum: string | undefined): string | undefined {
  const bytes = Buffer.from(checksum?.includes('-') ? '' : (checksum ?? ''), 'base64');
  return bytes.length === 32 ? bytes.toString('hex') : undefined;
}

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  const { $metadata: metadata } = error;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}
