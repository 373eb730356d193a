import {
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListPartsCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { partSize } from '../domain/file-parts.ts';
import { toChirpsmithError } from '../shared/aws-errors.ts';
import {
  type Checksummed,
  checksumHeader,
  checksumOf,
  signedHeaders,
  type UploadUrl,
} from './upload-urls.ts';

/** A part that is still to be sent. */
export interface MissingPart extends UploadUrl {
  /** From 1. */
  readonly number: number;
  /** Bytes. */
  readonly size: number;
}

/** How far an upload in parts has come. */
export type PartsState =
  | { readonly uploadId: string; readonly missing: readonly MissingPart[] }
  /** All parts are one object now. */
  | { readonly complete: true };

/** What is uploaded, and in parts. Methods throw `StorageUnavailable`, `AccessDenied` or `Unexpected`. */
export interface PartUploads {
  /**
   * Is there an object of this size and SHA-256?
   * @param unknown what counts where S3 has no SHA-256 of the whole object
   */
  isThere(file: Checksummed, unknown: boolean): Promise<boolean>;
  /**
   * Begins an upload in parts, or goes on with one: signs those that are missing, each for exactly its bytes, or makes
   * one object of all of them. Calling it again does what is left.
   * @param parts SHA-256 of each part, 64 lower-case hex digits, of {@link partSize} bytes each
   * @param uploadId of an earlier call; one that has ended meanwhile is started again
   */
  goOn(file: Checksummed, parts: readonly string[], uploadId: string | undefined): Promise<PartsState>;
}

interface PartOptions {
  readonly client: S3Client;
  readonly bucket: string;
  /** How long a URL holds. */
  readonly minutes: number;
}

export function createPartUploads({ client, bucket: Bucket, minutes }: PartOptions): PartUploads {
  const expiresInSeconds = minutes * 60;

  async function signPart(at: UploadPlace, number: number, part: { size: number; sha256: string }) {
    const checksum = checksumOf(part.sha256);
    const command = new UploadPartCommand({
      ...at,
      PartNumber: number,
      ContentLength: part.size,
      ChecksumSHA256: checksum,
    });
    const url = await getSignedUrl(client, command, { expiresIn: expiresInSeconds, ...signedHeaders });
    return { number, size: part.size, url, headers: { [checksumHeader]: checksum }, expiresInSeconds };
  }

  /** The parts that are there and are what was declared; undefined when there is no such upload any more. */
  async function partsThere(at: UploadPlace, wanted: readonly Checksummed[]) {
    try {
      const { Parts = [] } = await client.send(new ListPartsCommand(at));
      const there = new Map<number, CompletedPart>();
      for (const { PartNumber = 0, Size, ETag, ChecksumSHA256 } of Parts) {
        const part = wanted[PartNumber - 1];
        if (part && Size === part.size && ChecksumSHA256 === checksumOf(part.sha256)) {
          there.set(PartNumber, { PartNumber, ETag, ChecksumSHA256 });
        }
      }
      return there;
    } catch (error) {
      // Complete, aborted, or older than the bucket's lifecycle keeps one.
      if (error instanceof Error && error.name === 'NoSuchUpload') return undefined;
      throw error;
    }
  }

  async function begin(Key: string): Promise<UploadPlace> {
    const command = new CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm: 'SHA256' });
    const { UploadId } = await client.send(command);
    return { Bucket, Key, UploadId };
  }

  const named = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw toChirpsmithError(error);
    }
  };

  return {
    isThere: ({ key, size, sha256 }, unknown) =>
      named(async () => {
        try {
          const head = new HeadObjectCommand({ Bucket, Key: key, ChecksumMode: 'ENABLED' });
          const { ContentLength, ChecksumSHA256 } = await client.send(head);
          if (ContentLength !== size) return false;
          // The checksum of parts is not that of the file.
          const isWhole = ChecksumSHA256 !== undefined && !ChecksumSHA256.includes('-');
          return isWhole ? ChecksumSHA256 === checksumOf(sha256) : unknown;
        } catch (error) {
          if (error instanceof Error && error.name === 'NotFound') return false;
          throw error;
        }
      }),

    goOn: ({ key, size }, parts, uploadId) =>
      named(async () => {
        const wanted = parts.map((sha256, index) => ({
          key,
          sha256,
          size: index < parts.length - 1 ? partSize : size - partSize * (parts.length - 1),
        }));
        const earlier = uploadId === undefined ? undefined : { Bucket, Key: key, UploadId: uploadId };
        const found = earlier && (await partsThere(earlier, wanted));
        const at = earlier && found ? earlier : await begin(key);
        const there = found ?? new Map<number, CompletedPart>();
        if (there.size === wanted.length) {
          const Parts = [...there.values()].sort((a, b) => (a.PartNumber ?? 0) - (b.PartNumber ?? 0));
          await client.send(new CompleteMultipartUploadCommand({ ...at, MultipartUpload: { Parts } }));
          return { complete: true };
        }
        const missing = wanted.flatMap((part, index) =>
          there.has(index + 1) ? [] : [signPart(at, index + 1, part)],
        );
        return { uploadId: at.UploadId ?? '', missing: await Promise.all(missing) };
      }),
  };
}

interface UploadPlace {
  readonly Bucket: string;
  readonly Key: string;
  readonly UploadId: string | undefined;
}
