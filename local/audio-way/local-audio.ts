import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { audioFolder } from '../../functions/domain/object-keys.ts';
import { mayHoldAudio } from '../../packages/audio-inspection/formats.ts';
import type { Credentials } from '../../packages/local-aws/sigv4.ts';
import type { AudioObject } from './audio-way.ts';

/** The audio in the local bucket, as the person at this machine sees it. */
export type LocalAudio = ReturnType<typeof openLocalAudio>;

/** Bytes of a probe: more than what a proxy answers by itself, and little to send. */
const probeBytes = 4096;

export function openLocalAudio({
  url,
  region,
  credentials,
  bucket,
}: {
  readonly url: string;
  readonly region: string;
  readonly credentials: Credentials;
  readonly bucket: string;
}) {
  const client = new S3Client({ endpoint: url, region, credentials, forcePathStyle: true });
  return {
    bucket,
    region,
    /** The files of a session that hold audio. */
    async list(sessionId: string): Promise<AudioObject[]> {
      const found: AudioObject[] = [];
      const pages = paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: audioFolder(sessionId) });
      for await (const { Contents = [] } of pages) {
        for (const { Key: key, Size: size } of Contents) {
          if (key !== undefined && mayHoldAudio(key)) found.push({ key, size });
        }
      }
      return found;
    },
    /** Opens an object from a byte on; `size` is that of the whole. The caller reads the body to its end or destroys it. */
    async open({ key, versionId }: AudioObject, from = 0): Promise<{ body: Readable; size: number }> {
      const Range = from === 0 ? undefined : `bytes=${from}-`;
      const command = new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId, Range });
      const { Body, ContentLength = 0 } = await client.send(command);
      return { body: Body instanceof Readable ? Body : Readable.from([]), size: from + ContentLength };
    },
    /** Puts bytes under a new key that no session has. `remove` deletes them for good. */
    async putProbe(): Promise<{ key: string; bytes: Buffer; remove(): Promise<void> }> {
      const key = `probe/${randomBytes(12).toString('hex')}.wav`;
      const bytes = randomBytes(probeBytes);
      const { VersionId } = await client.send(
        new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes }),
      );
      return {
        key,
        bytes,
        remove: async () => {
          await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key, VersionId }));
        },
      };
    },
    client,
    close: () => client.destroy(),
  };
}
