import { byBytes, pageSize } from './list-objects.ts';
import { type Entry, isDeleted } from './object-store.ts';
import type { Answer, Call } from './request.ts';
import { document, element, namespaced } from './xml.ts';

/**
 * ListObjectVersions: the first page, by key and newest first. No way to the next one is implemented: a caller
 * that deletes what was listed finds the rest on the first page.
 */
export async function listVersions(call: Call): Promise<Answer> {
  const { query, bucket } = call.target;
  const prefix = query.get('prefix') ?? '';
  call.allow('s3:ListBucketVersions', call.bucketArn, { 's3:prefix': prefix });
  const size = pageSize(query.get('max-keys'));
  const found = call.store
    .listVersions()
    .filter(({ key }) => key.startsWith(prefix))
    .sort((a, b) => byBytes(a.key, b.key));
  const page = found.slice(0, size);
  const last = page.at(-1);
  const more = found.length > page.length && last;
  const isLatest = ({ key, id }: Entry) => call.store.latest(key)?.id === id;
  const fields = [
    element('Name', bucket),
    element('Prefix', prefix),
    element('KeyMarker', ''),
    element('VersionIdMarker', ''),
    element('MaxKeys', size),
    element('IsTruncated', Boolean(more)),
    ...(more ? [element('NextKeyMarker', last.key), element('NextVersionIdMarker', last.id)] : []),
    ...page.map((entry) => {
      const about = [
        element('Key', entry.key),
        element('VersionId', entry.id),
        element('IsLatest', isLatest(entry)),
        element('LastModified', entry.lastModified),
      ];
      if (isDeleted(entry)) return element('DeleteMarker', about);
      const bytes = [element('ETag', `"${entry.etag}"`), element('Size', entry.size)];
      return element('Version', [...about, ...bytes, element('StorageClass', 'STANDARD')]);
    }),
  ];
  return {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: document(namespaced('ListVersionsResult', fields)),
  };
}
