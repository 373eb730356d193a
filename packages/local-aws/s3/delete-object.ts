import { type DeleteMarker, type Entry, isDeleted } from './object-store.ts';
import type { Answer, Call } from './request.ts';

/** DeleteObject: without a version it puts a delete marker, with one it removes just that, for good. */
export async function deleteObject(call: Call): Promise<Answer> {
  const { key, query } = call.target;
  const versionId = query.get('versionId');
  if (versionId !== undefined) {
    const entry = await deleteVersion(call, key, versionId);
    const marker = entry && isDeleted(entry) ? { 'x-amz-delete-marker': 'true' } : {};
    return { status: 204, headers: { ...marker, 'x-amz-version-id': versionId } };
  }
  const { id } = await deleteKey(call, key);
  return {
    status: 204,
    headers: call.store.versioned ? { 'x-amz-delete-marker': 'true', 'x-amz-version-id': id } : {},
  };
}

/** Puts a delete marker. */
export async function deleteKey(call: Call, key: string): Promise<DeleteMarker> {
  call.allow('s3:DeleteObject', `${call.bucketArn}/${key}`);
  const isThere = call.store.versioned || call.store.latest(key) !== undefined;
  const marker = await call.store.remove(key, call.now.toISOString());
  if (isThere) call.changed({ deleted: marker });
  return marker;
}

/** Removes a version for good, and gives what it was. */
export async function deleteVersion(
  { store, bucketArn, allow }: Call,
  key: string,
  id: string,
): Promise<Entry | undefined> {
  allow('s3:DeleteObjectVersion', `${bucketArn}/${key}`);
  const entry = store.version(key, id);
  await store.removeVersion(key, id);
  return entry;
}
