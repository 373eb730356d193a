import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListPartsCommand,
  type Part,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { contentTypeOf } from '../../functions/domain/audio-type.ts';
import { partSize } from '../../functions/domain/file-parts.ts';
import { httpStatusOf } from '../../functions/shared/aws-answer.ts';
import { ChirpsmithError } from '../../functions/shared/errors.ts';
import { mapConcurrent } from '../../functions/shared/map-concurrent.ts';
import { isUnknownOperation } from './bucket-errors.ts';
import type { PublishedEntry } from './published-journal.ts';
import { type Pause, type Retrying, repeated } from './repeat-request.ts';

/** Parts of one file that are sent at the same time, each held in memory. */
const partsAtOnce = 2;

/** An object to be put, and what is known of its key. */
export interface PublishJob {
  readonly client: S3Client;
  readonly bucket: string;
  readonly key: string;
  readonly entry: PublishedEntry | undefined;
  /** Opens the source at its first byte. */
  open(): Promise<{ readonly body: Readable; readonly size: number }>;
  /** Keeps what is known, before more is sent. */
  remember(entry: PublishedEntry): void;
  /** Bytes that the service has, or that are on their way to it; all of them only when the object is there. */
  onProgress(sent: number, size: number): void;
  /** Called before each pause, after which a request is made again. */
  readonly onRetry?: (error: unknown) => void;
  readonly signal: AbortSignal;
  readonly pause: Pause;
}

/**
 * Puts an object where its key names it: by one request up to {@link partSize} bytes, above in parts. What an earlier run
 * has sent is not sent again, where size and MD5 agree.
 * @throws the SDK's error, or the signal's reason
 */
export async function publishObject(job: PublishJob): Promise<void> {
  const { body, size } = await job.open();
  try {
    job.onProgress(0, size);
    if ((await stateThere(job, job)) !== 'there')
      await (size <= partSize ? putWhole(job, body, size) : putParts(job, body, size));
    job.onProgress(size, size);
  } finally {
    body.destroy();
  }
}

/**
 * Is the object that the journal calls whole still there? A person, or a rule of the bucket, may have deleted it. A service
 * also hides one that is not there from who may not list.
 */
export async function stateThere(
  { client, bucket, key, entry, signal, pause }: Omit<PublishJob, 'open' | 'remember' | 'onProgress'>,
  retrying?: Retrying,
): Promise<'there' | 'gone' | 'hidden'> {
  if (entry?.etag === undefined) return 'gone';
  try {
    const head = new HeadObjectCommand({ Bucket: bucket, Key: key });
    const { ETag, ContentLength } = await repeated(
      signal,
      pause,
      () => client.send(head, { abortSignal: signal }),
      retrying,
    );
    return ETag === entry.etag && ContentLength === entry.size ? 'there' : 'gone';
  } catch (error) {
    if (httpStatusOf(error) === 404) return 'gone';
    if (httpStatusOf(error) === 403) return 'hidden';
    throw error;
  }
}

async function putWhole(job: PublishJob, body: Readable, size: number): Promise<void> {
  const { client, bucket: Bucket, key: Key, signal, pause } = job;
  const bytes: Buffer = Buffer.concat(await body.toArray());
  requireSize(bytes.length, size);
  const fields = {
    Bucket,
    Key,
    ContentLength: size,
    ContentType: contentTypeOf(Key),
    ContentMD5: md5(bytes).toString('base64'),
  };
  job.remember({ size });
  const { ETag, VersionId } = await repeated(
    signal,
    pause,
    () => {
      const Body = counted(bytes, (sent) => job.onProgress(Math.min(sent, size - 1), size));
      return client.send(new PutObjectCommand({ ...fields, Body }), { abortSignal: signal });
    },
    job,
  );
  job.remember({ size, etag: ETag, versionId: VersionId });
}

async function putParts(job: PublishJob, body: Readable, size: number): Promise<void> {
  const { client, bucket: Bucket, key: Key, signal, pause } = job;
  const { uploadId: UploadId, there } = await begin(job, size);
  const at = { Bucket, Key, UploadId };
  const done: CompletedPart[] = [];
  const sentOf = new Map<number, number>();
  const progress = (number: number, sent: number) => {
    sentOf.set(number, sent);
    const all = [...sentOf.values()].reduce((sum, one) => sum + one, 0);
    job.onProgress(Math.min(all, size - 1), size);
  };
  let total = 0;
  const sendPart = async ({ number, bytes }: FilePart, abortSignal: AbortSignal) => {
    total += bytes.length;
    const digest = md5(bytes);
    const known = there.get(number);
    if (known?.Size === bytes.length && known.ETag === `"${digest.toString('hex')}"`) {
      done.push({ PartNumber: number, ETag: known.ETag });
      return progress(number, bytes.length);
    }
    const fields = {
      ...at,
      PartNumber: number,
      ContentLength: bytes.length,
      ContentMD5: digest.toString('base64'),
    };
    const { ETag } = await repeated(
      abortSignal,
      pause,
      () => {
        const Body = counted(bytes, (sent) => progress(number, sent));
        return client.send(new UploadPartCommand({ ...fields, Body }), { abortSignal });
      },
      job,
    );
    done.push({ PartNumber: number, ETag });
  };
  await mapConcurrent(partsOf(body), partsAtOnce, sendPart, signal);
  requireSize(total, size);
  const Parts = done.sort((a, b) => (a.PartNumber ?? 0) - (b.PartNumber ?? 0));
  const complete = new CompleteMultipartUploadCommand({ ...at, MultipartUpload: { Parts } });
  const { ETag, VersionId } = await repeated(
    signal,
    pause,
    () => client.send(complete, { abortSignal: signal }),
    job,
  );
  job.remember({ size, etag: ETag, versionId: VersionId });
}

/** Goes on with the upload that the journal names, if the service still has it; else begins one. */
async function begin(
  job: PublishJob,
  size: number,
): Promise<{ uploadId: string; there: ReadonlyMap<number, Part> }> {
  const { client, bucket: Bucket, key: Key, entry, signal, pause } = job;
  if (entry?.uploadId !== undefined) {
    const there = await partsThere(job, entry.uploadId);
    if (there) return { uploadId: entry.uploadId, there };
  }
  const create = new CreateMultipartUploadCommand({ Bucket, Key, ContentType: contentTypeOf(Key) });
  // Not ended half-way: an upload whose id nobody has heard would be left there.
  const { UploadId } = await repeated(signal, pause, () => client.send(create), job);
  if (UploadId === undefined) throw new Error('The service began an upload in parts and gave no id of it.');
  job.remember({ size, uploadId: UploadId });
  return { uploadId: UploadId, there: new Map() };
}

/** By their numbers; undefined where the service has no such upload any more. */
async function partsThere(job: PublishJob, UploadId: string): Promise<Map<number, Part> | undefined> {
  const { client, bucket: Bucket, key: Key, signal, pause } = job;
  const there = new Map<number, Part>();
  let after: string | undefined;
  try {
    do {
      const list = new ListPartsCommand({ Bucket, Key, UploadId, PartNumberMarker: after });
      const page = await repeated(signal, pause, () => client.send(list, { abortSignal: signal }), job);
      for (const part of page.Parts ?? [])
        if (part.PartNumber !== undefined) there.set(part.PartNumber, part);
      after = page.IsTruncated ? page.NextPartNumberMarker : undefined;
    } while (after !== undefined);
    return there;
  } catch (error) {
    if (httpStatusOf(error) === 404 || isUnknownOperation(error)) return undefined;
    throw error;
  }
}

interface FilePart {
  readonly number: number;
  readonly bytes: Buffer;
}

/** The bytes in parts of {@link partSize}; the last one has the rest. */
async function* partsOf(body: Readable): AsyncGenerator<FilePart> {
  let number = 0;
  let pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of body) {
    let rest: Buffer = piece;
    while (length + rest.length >= partSize) {
      pieces.push(rest.subarray(0, partSize - length));
      rest = rest.subarray(partSize - length);
      yield { number: ++number, bytes: Buffer.concat(pieces) };
      pieces = [];
      length = 0;
    }
    pieces.push(rest);
    length += rest.length;
  }
  if (length > 0) yield { number: ++number, bytes: Buffer.concat(pieces) };
}

const pieceBytes = 64 * 1024;

/** The same bytes as a stream that tells how many were taken from it. */
function counted(bytes: Buffer, onSent: (sent: number) => void): Readable {
  let sent = 0;
  onSent(0);
  return new Readable({
    highWaterMark: pieceBytes,
    read() {
      const piece = bytes.subarray(sent, sent + pieceBytes);
      sent += piece.length;
      onSent(sent);
      this.push(piece.length > 0 ? piece : null);
    },
  });
}

const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest();

function requireSize(found: number, size: number): void {
  if (found === size) return;
  throw new ChirpsmithError('StorageUnavailable', `The local S3 gave ${found} of ${size} bytes.`);
}
