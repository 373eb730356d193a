import { createHash } from 'node:crypto';
import { CopyObjectCommand, GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { contentTypeOf } from '../domain/audio-type.ts';
import type { AudioSource } from '../domain/session.ts';
import { toChirpsmithError } from '../shared/aws-errors.ts';

/**
 * SHA-256 of an object, 64 lower-case hex digits, read whole as a stream. For objects that S3 has no SHA-256 of:
 * those that were uploaded in parts, or with another checksum.
 * @throws ChirpsmithError `StorageUnavailable`, `AccessDenied` or `Unexpected`
 */
export async function hashObject(client: S3Client, { bucket, key, versionId }: AudioSource): Promise<string> {
  try {
    const command = new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId });
    const { Body } = await client.send(command);
    const hash = createHash('sha256');
    for await (const piece of Body?.transformToWebStream() ?? []) hash.update(piece);
    return hash.digest('hex');
  } catch (error) {
    throw toChirpsmithError(error);
  }
}

/**
 * Copies an object, or one version of it, within its bucket. Running it again makes another version of the same bytes.
 * @throws ChirpsmithError `StorageUnavailable`, `AccessDenied` or `Unexpected`
 */
export async function copyObject(
  client: S3Client,
  { bucket, key, versionId }: AudioSource,
  to: string,
): Promise<AudioSource> {
  const from = `${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
  const command = new CopyObjectCommand({
    Bucket: bucket,
    Key: to,
    CopySource: versionId === undefined ? from : `${from}?versionId=${versionId}`,
    ContentType: contentTypeOf(to),
    // Tags would need a permission to be read, and the uploader's metadata mean nothing here.
    MetadataDirective: 'REPLACE',
    TaggingDirective: 'REPLACE',
  });
  try {
    const { VersionId } = await client.send(command);
    return { bucket, key: to, ...(VersionId === undefined ? {} : { versionId: VersionId }) };
  } catch (error) {
    throw toChirpsmithError(error);
  }
}
