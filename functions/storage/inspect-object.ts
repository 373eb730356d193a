import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { UnreadableSource } from '../../packages/audio-inspection/bounded-source.ts';
import { type InspectionCost, inspectAudioWithCost } from '../../packages/audio-inspection/inspect-audio.ts';
import type { AudioLimits, ByteSource, Inspection } from '../../packages/audio-inspection/inspection.ts';
import { missing } from '../../packages/audio-inspection/problem-messages.ts';
import { ChirpsmithError } from '../shared/errors.ts';
import { type AudioObject, headOf, hexOf, statusOf } from './file-on-s3.ts';

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

function rethrow(error: unknown): never {
  if (!(error instanceof UnreadableSource)) throw error;
  throw new ChirpsmithError('StorageUnavailable', error.message, { cause: error });
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
