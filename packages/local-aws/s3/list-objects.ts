import { AwsError } from '../aws-error.ts';
import type { ObjectVersion } from './object-store.ts';
import type { Answer, Call } from './request.ts';
import { document, element, namespaced } from './xml.ts';

/** Most entries of a page (documented). */
const largestPage = 1000;

/** S3 lists keys in the order of their UTF-8 bytes; JavaScript compares UTF-16. */
export const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** The continuation token holds where the page ended, so that it outlives a restart. */
const tokenOf = (last: string) => Buffer.from(`after:${last}`).toString('base64url');

function positionOf(token: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  if (!text.startsWith('after:') || tokenOf(text.slice(6)) !== token) {
    throw new AwsError('InvalidArgument', 400, 'The continuation token provided is incorrect');
  }
  return text.slice(6);
}

export function pageSize(text: string | undefined): number {
  if (text === undefined) return largestPage;
  if (!/^\d{1,9}$/.test(text)) {
    throw new AwsError('InvalidArgument', 400, 'max-keys must be a whole number, not negative.');
  }
  return Math.min(Number(text), largestPage);
}

type Entry = { readonly version: ObjectVersion } | { readonly commonPrefix: string };

/** The page of entries after `start`, and whether there are more. */
function page(
  versions: readonly ObjectVersion[],
  { prefix, delimiter, start, size }: { prefix: string; delimiter: string; start: string; size: number },
): { entries: Entry[]; last: string; more: boolean } {
  const entries: Entry[] = [];
  let last = start;
  const wanted = versions
    .filter(({ key }) => key.startsWith(prefix) && byBytes(key, start) > 0)
    .sort((a, b) => byBytes(a.key, b.key));
  for (const version of wanted) {
    const at = delimiter === '' ? -1 : version.key.indexOf(delimiter, prefix.length);
    const commonPrefix = at < 0 ? undefined : version.key.slice(0, at + delimiter.length);
    // Rolled up in the entry before, perhaps on the page before.
    if (commonPrefix !== undefined && commonPrefix === last) continue;
    if (entries.length === size) return { entries, last, more: size > 0 };
    entries.push(commonPrefix === undefined ? { version } : { commonPrefix });
    last = commonPrefix ?? version.key;
  }
  return { entries, last, more: false };
}

/** ListObjectsV2. */
export async function listObjects(call: Call): Promise<Answer> {
  const { query, bucket } = call.target;
  const prefix = query.get('prefix') ?? '';
  call.allow('s3:ListBucket', call.bucketArn, { 's3:prefix': prefix });
  const delimiter = query.get('delimiter') ?? '';
  const encoding = query.get('encoding-type');
  if (encoding !== undefined && encoding !== 'url') {
    throw new AwsError('InvalidArgument', 400, 'Invalid Encoding Method specified in Request');
  }
  // Like a form: a space is a plus, and a slash stays.
  const name = (text: string) =>
    encoding === undefined
      ? text
      : encodeURIComponent(text)
          .replace(/[!'()~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
          .replaceAll('%2F', '/')
          .replaceAll('%20', '+');
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after');
  const size = pageSize(query.get('max-keys'));
  const start = token === undefined ? (startAfter ?? '') : positionOf(token);
  const { entries, last, more } = page(call.store.list(), { prefix, delimiter, start, size });

  const fields = [
    element('Name', bucket),
    element('Prefix', name(prefix)),
    ...(query.has('delimiter') ? [element('Delimiter', name(delimiter))] : []),
    element('MaxKeys', size),
    element('KeyCount', entries.length),
    element('IsTruncated', more),
    ...(encoding === undefined ? [] : [element('EncodingType', encoding)]),
    ...(startAfter === undefined ? [] : [element('StartAfter', name(startAfter))]),
    ...(token === undefined ? [] : [element('ContinuationToken', token)]),
    ...(more ? [element('NextContinuationToken', tokenOf(last))] : []),
    ...entries.map((entry) =>
      'commonPrefix' in entry
        ? element('CommonPrefixes', [element('Prefix', name(entry.commonPrefix))])
        : element('Contents', [
            element('Key', name(entry.version.key)),
            element('LastModified', entry.version.lastModified),
            element('ETag', `"${entry.version.etag}"`),
            element('Size', entry.version.size),
            element('StorageClass', 'STANDARD'),
          ]),
    ),
  ];
  return {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: document(namespaced('ListBucketResult', fields)),
  };
}
