import type { IncomingHttpHeaders } from 'node:http';
import { AwsError } from '../aws-error.ts';
import type { VerifiedRequest } from '../sigv4.ts';
import { checksumAlgorithms, checksumHeader } from './checksums.ts';
import type { ObjectChange } from './events.ts';
import type { MultipartStore } from './multipart-store.ts';
import type { ObjectStore, ObjectVersion } from './object-store.ts';

/** The operations that this server has; everything else is refused by name. */
export type Operation =
  | 'PutObject'
  | 'CopyObject'
  | 'CreateMultipartUpload'
  | 'UploadPart'
  | 'UploadPartCopy'
  | 'ListParts'
  | 'ListMultipartUploads'
  | 'CompleteMultipartUpload'
  | 'AbortMultipartUpload'
  | 'GetObjectTagging'
  | 'GetObject'
  | 'HeadObject'
  | 'DeleteObject'
  | 'DeleteObjects'
  | 'ListObjectsV2'
  | 'ListObjectVersions';

/** Where a request goes: path style only, the first segment is the bucket. */
export interface Target {
  /** Empty: the service itself. */
  readonly bucket: string;
  /** Decoded; empty: the bucket itself. */
  readonly key: string;
  /** Decoded. */
  readonly query: ReadonlyMap<string, string>;
}

/** What an operation is given: a request that is understood and whose signature holds. */
export interface Call {
  readonly target: Target;
  readonly bucketArn: string;
  readonly store: ObjectStore;
  readonly uploads: MultipartStore;
  readonly headers: IncomingHttpHeaders;
  readonly caller: VerifiedRequest;
  readonly now: Date;
  /** The request's body. Asks for it first when the client waits to be asked. */
  body(): AsyncIterable<Buffer>;
  /** Sends EventBridge the event of an object, if its bucket does so. */
  changed(change: ObjectChange): void;
  /** Throws `AccessDenied`. */
  allow(action: string, resource: string, context?: Record<string, string>): void;
}

/** What an operation answers. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A text, or a stretch of an object's file. */
  readonly body?: string | { readonly version: ObjectVersion; readonly first: number; readonly last: number };
}

/** A parameter of an operation: a header, or in a presigned URL a member of the query. */
export function parameter(call: Pick<Call, 'headers' | 'target'>, name: string): string | undefined {
  const header = call.headers[name];
  return (Array.isArray(header) ? header.join(',') : header) ?? call.target.query.get(name);
}

/** Longest key, in bytes (documented). */
const longestKey = 1024;

const ofSignature = new Set([
  'X-Amz-Algorithm',
  'X-Amz-Content-Sha256',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-Signature',
  'X-Amz-SignedHeaders',
  // The SDK's own note of the operation's name.
  'x-id',
]);

const checksums = checksumAlgorithms.map(checksumHeader);
/** Of a request whose body is bytes of an object. */
const ofBody = [
  ...checksums,
  'x-amz-sdk-checksum-algorithm',
  'x-amz-trailer',
  'x-amz-decoded-content-length',
];
const ofSource = ['x-amz-copy-source', 'x-amz-copy-source-if-match'];

/** What each operation understands of query and `x-amz-` headers; a presigned URL may carry these in its query. */
const understood: Record<Operation, { query: readonly string[]; headers: readonly string[] }> = {
  PutObject: { query: [], headers: ofBody },
  CreateMultipartUpload: {
    query: ['uploads'],
    headers: ['x-amz-checksum-algorithm', 'x-amz-checksum-type'],
  },
  UploadPart: { query: ['uploadId', 'partNumber'], headers: ofBody },
  UploadPartCopy: {
    query: ['uploadId', 'partNumber'],
    headers: [...ofSource, 'x-amz-copy-source-range'],
  },
  ListParts: { query: ['uploadId', 'max-parts', 'part-number-marker'], headers: [] },
  ListMultipartUploads: { query: ['uploads', 'prefix', 'encoding-type'], headers: [] },
  CompleteMultipartUpload: {
    query: ['uploadId'],
    headers: [...checksums, 'x-amz-checksum-type', 'x-amz-mp-object-size'],
  },
  AbortMultipartUpload: { query: ['uploadId'], headers: [] },
  GetObjectTagging: { query: ['tagging', 'versionId'], headers: [] },
  CopyObject: {
    query: [],
    headers: [...ofSource, 'x-amz-metadata-directive', 'x-amz-tagging-directive', 'x-amz-checksum-algorithm'],
  },
  GetObject: {
    query: ['versionId', 'response-content-type', 'response-content-disposition'],
    headers: ['x-amz-checksum-mode'],
  },
  HeadObject: {
    query: ['versionId', 'response-content-type', 'response-content-disposition'],
    headers: ['x-amz-checksum-mode'],
  },
  DeleteObject: { query: ['versionId'], headers: [] },
  DeleteObjects: { query: ['delete'], headers: ofBody },
  ListObjectVersions: { query: ['versions', 'prefix', 'max-keys'], headers: [] },
  ListObjectsV2: {
    query: [
      'list-type',
      'prefix',
      'delimiter',
      'max-keys',
      'continuation-token',
      'start-after',
      'encoding-type',
    ],
    headers: [],
  },
};

const ofContent = ['content-disposition', 'content-encoding', 'content-language'];

/** Headers without `x-amz-` that would change what an operation does. */
const consequential: Record<Operation, readonly string[]> = {
  PutObject: [...ofContent, 'if-match', 'if-none-match'],
  CopyObject: ofContent,
  CreateMultipartUpload: ofContent,
  UploadPart: [],
  UploadPartCopy: [],
  ListParts: [],
  ListMultipartUploads: [],
  CompleteMultipartUpload: ['if-match', 'if-none-match'],
  AbortMultipartUpload: [],
  GetObjectTagging: [],
  GetObject: ['if-none-match', 'if-modified-since', 'if-unmodified-since'],
  HeadObject: ['if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range'],
  DeleteObject: ['if-match'],
  DeleteObjects: [],
  ListObjectsV2: [],
  ListObjectVersions: [],
};

/** Throws `InvalidURI` for broken percent-encoding and `KeyTooLongError`. */
export function parseTarget(rawPath: string, rawQuery: string): Target {
  const slash = rawPath.indexOf('/', 1);
  const decode = (text: string) => {
    try {
      return decodeURIComponent(text);
    } catch {
      throw new AwsError('InvalidURI', 400, "Couldn't parse the specified URI.");
    }
  };
  const bucket = decode(slash < 0 ? rawPath.slice(1) : rawPath.slice(1, slash));
  const key = slash < 0 ? '' : decode(rawPath.slice(slash + 1));
  if (Buffer.byteLength(key) > longestKey) {
    throw new AwsError('KeyTooLongError', 400, `Your key is too long: at most ${longestKey} bytes.`);
  }
  const query = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(rawQuery)) {
    if (query.has(name)) throw new AwsError('InvalidArgument', 400, `The query has ${name} more than once.`);
    query.set(name, value);
  }
  return { bucket, key, query };
}

function notImplemented(what: string): never {
  throw new AwsError('NotImplemented', 501, `This stand-in for S3 does not implement ${what}.`);
}

function operationOf(
  method: string | undefined,
  { bucket, key, query }: Target,
  headers: IncomingHttpHeaders,
): Operation {
  if (bucket === '') return notImplemented(`${method} on the service itself`);
  if (key === '') {
    if (method === 'GET' && query.get('list-type') === '2') return 'ListObjectsV2';
    if (method === 'GET' && query.has('versions')) return 'ListObjectVersions';
    if (method === 'GET' && query.has('uploads')) return 'ListMultipartUploads';
    if (method === 'POST' && query.has('delete')) return 'DeleteObjects';
    const names = [...query.keys()].filter((name) => !ofSignature.has(name)).join(', ');
    return notImplemented(`${method} on a bucket${names === '' ? '' : ` with ${names}`}`);
  }
  const isCopy = headers['x-amz-copy-source'] !== undefined;
  if (query.has('uploadId')) {
    if (method === 'PUT') return isCopy ? 'UploadPartCopy' : 'UploadPart';
    if (method === 'GET') return 'ListParts';
    if (method === 'POST') return 'CompleteMultipartUpload';
    if (method === 'DELETE') return 'AbortMultipartUpload';
  }
  if (method === 'POST' && query.has('uploads')) return 'CreateMultipartUpload';
  if (method === 'GET' && query.has('tagging')) return 'GetObjectTagging';
  if (method === 'PUT') return isCopy ? 'CopyObject' : 'PutObject';
  if (method === 'GET') return 'GetObject';
  if (method === 'HEAD') return 'HeadObject';
  if (method === 'DELETE') return 'DeleteObject';
  return notImplemented(`${method} on an object`);
}

/** The requested operation. A header or parameter that it does not implement is `NotImplemented`, by name. */
export function recognise(
  method: string | undefined,
  target: Target,
  headers: IncomingHttpHeaders,
  streaming: boolean,
): Operation {
  const operation = operationOf(method, target, headers);
  const known = understood[operation];
  for (const name of target.query.keys()) {
    if (ofSignature.has(name) || known.query.includes(name) || known.headers.includes(name)) continue;
    notImplemented(`${operation} with the query parameter ${name}`);
  }
  for (const name of Object.keys(headers)) {
    const plain = name === 'content-encoding' && streaming && headers[name] === 'aws-chunked';
    const strange =
      name.startsWith('x-amz-') &&
      !['x-amz-date', 'x-amz-content-sha256', 'x-amz-user-agent', ...known.headers].includes(name);
    if (strange || (consequential[operation].includes(name) && !plain)) {
      notImplemented(`${operation} with the header ${name}`);
    }
  }
  return operation;
}
