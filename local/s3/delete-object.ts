import { isDeleted } from './object-store.ts';
import type { Answer, Call } from './request.ts';

/** DeleteObject: without a version it puts a delete marker, with one it removes just that, for good. */
export async function deleteObject(call: Call): Promise<Answer> {
  const { key, query } = call.target;
  const versionId = query.get('versionId');
  if (versionId !== undefined) return deleteVersion(call, versionId);
  call.allow('s3:DeleteObject', `${call.bucketArn}/${key}`);
  const isThere = call.store.versioned || call.store.latest(key) !== undefined;
  const marker = await call.store.remove(key, call.now.toISOString());
  if (isThere) call.changed({ deleted: marker });
  return {
    status: 204,
    headers: call.store.versioned ? { 'x-amz-delete-marker': 'true', 'x-amz-version-id': marker.id } : {},
  };
}

async function deleteVersion({ store, target, bucketArn, allow }: Call, id: string): Promise<Answer> {
  allow('s3:DeleteObjectVersion', `${bucketArn}/${target.key}`);
  const entry = store.version(target.key, id);
  await store.removeVersion(target.key, id);
  const marker = entry && isDeleted(entry) ? { 'x-amz-delete-marker': 'true' } : {};
  return { status: 204, headers: { ...marker, 'x-amz-version-id': id } };
}
