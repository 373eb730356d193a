import { createHash } from 'node:crypto';
import { extensionOf } from '../../functions/domain/audio-type.ts';
import { audioFolder } from '../../functions/domain/object-keys.ts';
import type { AudioObject } from './audio-way.ts';

/** Where audio goes in a bucket of the person's own. */
export interface BucketAddress {
  readonly bucket: string;
  /** Without a slash at either end; empty for none. */
  readonly prefix: string;
}

/** The address as a person gives it. */
export const bucketName = ({ bucket, prefix }: BucketAddress) =>
  `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}`;

/** A key below the prefix. */
export const keyBelow = ({ prefix }: BucketAddress, rest: string) =>
  prefix === '' ? rest : `${prefix}/${rest}`;

/**
 * Where an object of the local bucket goes. The key names the bytes: a track's key holds their SHA-256 already, any
 * other object is named by its key and version.
 */
export function publishedKey(
  address: BucketAddress,
  sessionId: string,
  { key, versionId = '' }: AudioObject,
): string {
  const folder = audioFolder(sessionId);
  const own = key.startsWith(folder) ? key.slice(folder.length) : '';
  const hash = createHash('sha256')
    .update(JSON.stringify([key, versionId]))
    .digest('hex');
  const suffix = extensionOf(key);
  const name = /^[\w.-]+$/.test(own) ? own : `${hash}${suffix === undefined ? '' : `.${suffix}`}`;
  return keyBelow(address, `${sessionId}/${name}`);
}
