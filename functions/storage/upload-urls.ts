import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { contentTypeOf, extensionOf } from '../domain/audio-type.ts';

/** Bytes that a client declared and may now upload. */
export interface Checksummed {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** SHA-256 of the bytes, 64 hex digits. */
  readonly sha256: string;
}

/** How to upload it: one PUT of the file to `url`, before `expiresInSeconds` have passed. */
export interface UploadUrl {
  readonly url: string;
  /** To be sent exactly so, besides Content-Length, which HTTP clients set by themselves. */
  readonly headers: Record<string, string>;
  readonly expiresInSeconds: number;
}

interface UrlOptions {
  readonly client: S3Client;
  readonly bucket: string;
  /** How long a URL holds. */
  readonly minutes: number;
}

export const checksumHeader = 'x-amz-checksum-sha256';

/** A SHA-256 as S3 writes it: from hex to base64. */
export const checksumOf = (sha256: string) => Buffer.from(sha256, 'hex').toString('base64');

/** The headers that are signed. In the query the checksum would be part of the URL and no header would have to be sent. */
export const signedHeaders = {
  unhoistableHeaders: new Set([checksumHeader]),
  signableHeaders: new Set(['host', 'content-length', checksumHeader]),
};

export interface UploadUrls {
  put(file: Checksummed): Promise<UploadUrl>;
}

/**
 * Presigned PUTs that admit exactly the declared file: length and SHA-256 are signed as headers, so S3 refuses
 * another length by the signature and other bytes by the checksum. Anyone with the URL may use it: it goes to
 * the uploader only, and into no log or record.
 */
export function createUploadUrls({ client, bucket, minutes }: UrlOptions): UploadUrls {
  const expiresInSeconds = minutes * 60;
  return {
    async put({ key, size, sha256 }) {
      const checksum = checksumOf(sha256);
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        ContentLength: size,
        ChecksumSHA256: checksum,
      });
      const url = await getSignedUrl(client, command, {
        expiresIn: expiresInSeconds,
        ...signedHeaders,
      });
      return { url, headers: { [checksumHeader]: checksum }, expiresInSeconds };
    },
  };
}

/** Longest file name in a link, in characters: it is a part of the URL. */
const longestName = 60;

/**
 * What S3 answers as Content-Disposition: the file's name with the suffix of what is in it. Beyond plain ASCII each
 * character is `_`, because headers hold no more and a downloader needs the suffix only.
 */
function dispositionOf(key: string, file = key): string {
  const name = file.split('/').at(-1) ?? '';
  const stem = name
    .replace(/\.[a-z0-9]+$/i, '')
    .normalize('NFC')
    .replace(/[^\w .()+#&'-]/g, '_');
  const suffix = extensionOf(key);
  return `attachment; filename="${stem.slice(0, longestName)}${suffix === undefined ? '' : `.${suffix}`}"`;
}

/**
 * Presigned GETs, of one version where it is known. S3 answers with the type of the key's suffix, not
 * the uploader's, and with the name of the file. Create them at the last moment and never store them.
 */
export function createDownloadUrls({ client, bucket, minutes }: UrlOptions): {
  get(object: {
    readonly key: string;
    readonly versionId?: string | undefined;
    /** The file's own name; the key's last part unless given. */
    readonly file?: string | undefined;
  }): Promise<string>;
} {
  return {
    get: ({ key, versionId, file }) =>
      getSignedUrl(
        client,
        new GetObjectCommand({
          Bucket: bucket,
          Key: key,
          VersionId: versionId,
          ResponseContentType: contentTypeOf(key),
          ResponseContentDisposition: dispositionOf(key, file),
        }),
        { expiresIn: minutes * 60 },
      ),
  };
}
