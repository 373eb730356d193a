import type { Answer, Call } from './request.ts';

/** DeleteObject, without a version: older versions stay readable by their ids. */
export async function deleteObject(call: Call): Promise<Answer> {
  const { key } = call.target;
  call.allow('s3:DeleteObject', `${call.bucketArn}/${key}`);
  const isThere = call.store.versioned || call.store.latest(key) !== undefined;
  const marker = await call.store.remove(key, call.now.toISOString());
  if (isThere) call.changed({ deleted: marker });
  return {
    status: 204,
    headers: call.store.versioned ? { 'x-amz-delete-marker': 'true', 'x-amz-version-id': marker.id } : {},
  };
}
