import { AwsError } from '../aws-error.ts';
import { type ChecksumAlgorithm, checksumHeader, defaultAlgorithm, isAlgorithm } from './checksums.ts';
import { copyRange, sourceVersion } from './copy-object.ts';
import type { PendingUpload } from './multipart-store.ts';
import { announcedChecksum, receiveBody } from './receive-body.ts';
import { type Answer, type Call, parameter } from './request.ts';
import { document, element, namespaced } from './xml.ts';

const largestPart = 10_000;

/** The upload that a request names by its key and `uploadId`. */
export function pendingUpload({ target, uploads }: Call): PendingUpload {
  const found = uploads.find(target.key, target.query.get('uploadId') ?? '');
  if (found) return found;
  const message =
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.';
  throw new AwsError('NoSuchUpload', 404, message);
}

const xml = (body: string, headers: Record<string, string> = {}): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/xml', ...headers },
  body: document(body),
});

/** CRCs may be of the parts or of the whole object, CRC-64 of the whole only, hashes of the parts only (documented). */
function checksumType(algorithm: ChecksumAlgorithm, wanted: string | undefined): 'COMPOSITE' | 'FULL_OBJECT' {
  const possible =
    algorithm === 'CRC64NVME'
      ? (['FULL_OBJECT'] as const)
      : algorithm.startsWith('CRC')
        ? (['COMPOSITE', 'FULL_OBJECT'] as const)
        : (['COMPOSITE'] as const);
  const type = wanted === undefined ? possible[0] : possible.find((one) => one === wanted);
  if (type) return type;
  const message = `The ${wanted} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`;
  throw new AwsError('InvalidRequest', 400, message);
}

/** CreateMultipartUpload. */
export async function createUpload(call: Call): Promise<Answer> {
  const { target, uploads, headers, now } = call;
  call.allow('s3:PutObject', `${call.bucketArn}/${target.key}`);
  const named = parameter(call, 'x-amz-checksum-algorithm')?.toUpperCase();
  if (named !== undefined && !isAlgorithm(named)) {
    throw new AwsError('InvalidRequest', 400, 'Checksum algorithm provided is unsupported.');
  }
  const algorithm = named ?? defaultAlgorithm;
  const type = checksumType(algorithm, parameter(call, 'x-amz-checksum-type'));
  const { uploadId } = await uploads.create({
    key: target.key,
    contentType: headers['content-type'] ?? 'binary/octet-stream',
    algorithm,
    named: named !== undefined,
    type,
    initiated: now.toISOString(),
  });
  const fields = [
    element('Bucket', target.bucket),
    element('Key', target.key),
    element('UploadId', uploadId),
  ];
  return xml(namespaced('InitiateMultipartUploadResult', fields), {
    'x-amz-checksum-algorithm': algorithm,
    'x-amz-checksum-type': type,
  });
}

function partNumber({ target }: Call): number {
  const text = target.query.get('partNumber') ?? '';
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= largestPart) return number;
  const message = `Part number must be an integer between 1 and ${largestPart}, inclusive`;
  throw new AwsError('InvalidArgument', 400, message);
}

/** UploadPart. A part that is sent again takes the place of the one before. */
export async function uploadPart(call: Call): Promise<Answer> {
  call.allow('s3:PutObject', `${call.bucketArn}/${call.target.key}`);
  const upload = pendingUpload(call);
  const number = partNumber(call);
  const sent = announcedChecksum(call)?.algorithm;
  const { algorithm } = upload;
  if (sent !== (upload.named ? algorithm : undefined)) {
    const actual = sent?.toLowerCase() ?? 'null';
    const expected = upload.named ? algorithm.toLowerCase() : 'null';
    const message = `Checksum Type mismatch occurred, expected checksum Type: ${expected}, actual checksum Type: ${actual}`;
    throw new AwsError('InvalidRequest', 400, message);
  }
  const staged = await call.uploads.stage(upload.uploadId);
  try {
    const { size, md5, checksum } = await receiveBody(call, algorithm, staged.write);
    await staged.keep({ number, size, md5, checksum, lastModified: call.now.toISOString() });
    return { status: 200, headers: { etag: `"${md5}"`, [checksumHeader(algorithm)]: checksum } };
  } finally {
    await staged.discard();
  }
}

/** UploadPartCopy: a stretch of an object that is there already, as a part. */
export async function uploadPartCopy(call: Call): Promise<Answer> {
  const version = sourceVersion(call);
  call.allow('s3:PutObject', `${call.bucketArn}/${call.target.key}`);
  const upload = pendingUpload(call);
  const number = partNumber(call);
  const staged = await call.uploads.stage(upload.uploadId);
  try {
    const { size, md5, checksum } = await copyRange(call, version, upload.algorithm, staged.write);
    const lastModified = call.now.toISOString();
    await staged.keep({ number, size, md5, checksum, lastModified });
    const fields = [
      element('LastModified', lastModified),
      element('ETag', `"${md5}"`),
      element(`Checksum${upload.algorithm}`, checksum),
    ];
    return xml(namespaced('CopyPartResult', fields));
  } finally {
    await staged.discard();
  }
}

/** ListParts. */
export async function listParts(call: Call): Promise<Answer> {
  const { target, uploads } = call;
  call.allow('s3:ListMultipartUploadParts', `${call.bucketArn}/${target.key}`);
  const { uploadId, algorithm, type } = pendingUpload(call);
  const count = (name: string, most: number) => Math.min(Number(target.query.get(name) ?? most) || 0, most);
  const after = count('part-number-marker', largestPart) % largestPart;
  const size = count('max-parts', 1000);
  const following = uploads.parts(uploadId).filter(({ number }) => number > after);
  const page = following.slice(0, size);
  return xml(
    namespaced('ListPartsResult', [
      element('Bucket', target.bucket),
      element('Key', target.key),
      element('UploadId', uploadId),
      element('StorageClass', 'STANDARD'),
      element('PartNumberMarker', after),
      element('NextPartNumberMarker', page.at(-1)?.number ?? 0),
      element('MaxParts', size),
      element('IsTruncated', following.length > page.length),
      element('ChecksumAlgorithm', algorithm),
      element('ChecksumType', type),
      ...page.map((part) =>
        element('Part', [
          element('PartNumber', part.number),
          element('LastModified', part.lastModified),
          element('ETag', `"${part.md5}"`),
          element('Size', part.size),
          element(`Checksum${algorithm}`, part.checksum),
        ]),
      ),
    ]),
  );
}

/** ListMultipartUploads: all of a prefix, on one page. */
export async function listUploads(call: Call): Promise<Answer> {
  const { bucket, query } = call.target;
  call.allow('s3:ListBucketMultipartUploads', call.bucketArn);
  const prefix = query.get('prefix') ?? '';
  const found = call.uploads.list().filter(({ key }) => key.startsWith(prefix));
  return xml(
    namespaced('ListMultipartUploadsResult', [
      element('Bucket', bucket),
      element('Prefix', prefix),
      element('MaxUploads', found.length),
      element('IsTruncated', false),
      ...found.map(({ key, uploadId, initiated }) =>
        element('Upload', [
          element('Key', key),
          element('UploadId', uploadId),
          element('StorageClass', 'STANDARD'),
          element('Initiated', initiated),
        ]),
      ),
    ]),
  );
}

/** AbortMultipartUpload. */
export async function abortUpload(call: Call): Promise<Answer> {
  call.allow('s3:AbortMultipartUpload', `${call.bucketArn}/${call.target.key}`);
  await call.uploads.remove(pendingUpload(call).uploadId);
  return { status: 204, headers: {} };
}
