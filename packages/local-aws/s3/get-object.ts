import { AwsError } from '../aws-error.ts';
import { checksumHeader } from './checksums.ts';
import { type Entry, isDeleted, type ObjectVersion } from './object-store.ts';
import { type Answer, type Call, parameter } from './request.ts';
import { document, element, namespaced } from './xml.ts';

/** Bytes of an object, both ends included. */
interface Stretch {
  readonly first: number;
  readonly last: number;
}

/**
 * The stretch that a Range header asks for; `undefined` when it asks for nothing that HTTP knows, or for several
 * stretches: S3 ignores it then, and answers 200 with the whole object. Throws `InvalidRange` outside the object.
 */
export function parseRange(header: string | undefined, size: number): Stretch | undefined {
  if (header === undefined) return undefined;
  const parts = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header.trim());
  const [, from = '', to = ''] = parts ?? [];
  if (from === '' && to === '') return undefined;
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (from !== '' && to !== '' && Number(to) < Number(from)) return undefined;
  if (first >= size || (from === '' && Number(to) === 0)) {
    throw new AwsError('InvalidRange', 416, 'The requested range is not satisfiable');
  }
  return { first, last };
}

/** S3 reports a missing object only to callers that may list the bucket (documented); else `AccessDenied`. */
function missing(call: Call, code: 'NoSuchKey' | 'NoSuchVersion'): never {
  call.allow('s3:ListBucket', call.bucketArn);
  const message = `The specified ${code === 'NoSuchKey' ? 'key' : 'version'} does not exist.`;
  throw new AwsError(code, 404, message);
}

/** The object that may be read: the newest version, or the one that is named. Throws what S3 answers otherwise. */
export function findVersion(
  call: Call,
  { key, versionId }: { readonly key: string; readonly versionId: string | undefined },
): ObjectVersion {
  call.allow(versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion', `${call.bucketArn}/${key}`);
  const entry: Entry | undefined =
    versionId === undefined ? call.store.latest(key) : call.store.version(key, versionId);
  if (entry === undefined) return missing(call, versionId === undefined ? 'NoSuchKey' : 'NoSuchVersion');
  if (isDeleted(entry)) {
    if (versionId === undefined) return missing(call, 'NoSuchKey');
    throw new AwsError('MethodNotAllowed', 405, 'The specified version is a delete marker.');
  }
  return entry;
}

/** GetObjectTagging: an object has no tags here, since nothing can give it one. */
export async function getTagging(call: Call): Promise<Answer> {
  const { key, query } = call.target;
  call.allow('s3:GetObjectTagging', `${call.bucketArn}/${key}`);
  findVersion(call, { key, versionId: query.get('versionId') });
  return {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: document(namespaced('Tagging', [element('TagSet', [])])),
  };
}

/** GetObject and HeadObject, which differ only in the body. */
export async function getObject(call: Call): Promise<Answer> {
  const { key, query } = call.target;
  const version = findVersion(call, { key, versionId: query.get('versionId') });
  const etag = `"${version.etag}"`;
  const ifMatch = call.headers['if-match'];
  const wanted = ifMatch?.split(',').map((one) => one.trim().replace(/^"?(.*?)"?$/, '$1'));
  if (wanted && !wanted.includes('*') && !wanted.includes(version.etag)) {
    throw new AwsError(
      'PreconditionFailed',
      412,
      'At least one of the pre-conditions you specified did not hold',
    );
  }
  // A browser that plays a file asks so for the rest of it: of another object it wants the whole (RFC 9110).
  const condition = call.headers['if-range'];
  const isOther = condition !== undefined && condition !== etag;
  const stretch = parseRange(isOther ? undefined : call.headers.range, version.size);
  const { first, last } = stretch ?? { first: 0, last: version.size - 1 };
  // The checksum is that of the whole object, so the SDK would hold a part against the wrong one.
  const checksum = stretch === undefined && parameter(call, 'x-amz-checksum-mode') === 'ENABLED';
  const disposition = query.get('response-content-disposition');
  const named: Record<string, string> =
    disposition === undefined ? {} : { 'content-disposition': disposition };
  return {
    status: stretch ? 206 : 200,
    headers: {
      'accept-ranges': 'bytes',
      'content-length': String(last - first + 1),
      'content-type': query.get('response-content-type') ?? version.contentType,
      etag,
      'last-modified': new Date(version.lastModified).toUTCString(),
      ...named,
      ...(stretch ? { 'content-range': `bytes ${first}-${last}/${version.size}` } : {}),
      ...(call.store.versioned ? { 'x-amz-version-id': version.id } : {}),
      ...(checksum
        ? {
            [checksumHeader(version.checksum.algorithm)]: version.checksum.value,
            'x-amz-checksum-type': version.checksum.type,
          }
        : {}),
    },
    body: { version, first, last },
  };
}
