import { AwsError } from '../aws-error.ts';
import { type ChecksumAlgorithm, isAlgorithm, runningDigest } from './checksums.ts';
import { findVersion, parseRange } from './get-object.ts';
import type { ObjectVersion } from './object-store.ts';
import type { ReceivedBody } from './receive-body.ts';
import { type Answer, type Call, parameter } from './request.ts';
import { document, element, namespaced } from './xml.ts';

/** The object, or the version of it, that `x-amz-copy-source` names: percent-encoded, with or without a first slash. */
export function sourceVersion(call: Call): ObjectVersion {
  const [path = '', query = ''] = (parameter(call, 'x-amz-copy-source') ?? '').split('?');
  let decoded: string;
  try {
    decoded = decodeURIComponent(path).replace(/^\//, '');
  } catch {
    throw new AwsError('InvalidArgument', 400, 'Copy Source must be URL-encoded.');
  }
  const [bucket = '', ...key] = decoded.split('/');
  if (bucket !== call.target.bucket) {
    throw new AwsError('NotImplemented', 501, 'This stand-in for S3 copies within one bucket only.');
  }
  const versionId = new URLSearchParams(query).get('versionId') ?? undefined;
  const version = findVersion(call, { key: key.join('/'), versionId });
  const ifMatch = parameter(call, 'x-amz-copy-source-if-match')?.replaceAll('"', '');
  if (ifMatch === undefined || ifMatch === version.etag) return version;
  throw new AwsError(
    'PreconditionFailed',
    412,
    'At least one of the preconditions you specified did not hold',
  );
}

/** Hands on the bytes of an object, or of the stretch that `x-amz-copy-source-range` names. */
export async function copyRange(
  call: Call,
  version: ObjectVersion,
  algorithm: ChecksumAlgorithm,
  write: (bytes: Buffer) => Promise<void>,
): Promise<ReceivedBody> {
  const range = parameter(call, 'x-amz-copy-source-range');
  const stretch = parseRange(range, version.size);
  if (range !== undefined && !stretch) {
    throw new AwsError(
      'InvalidArgument',
      400,
      'The x-amz-copy-source-range value must be of the form bytes=first-last',
    );
  }
  const { first: start, last: end } = stretch ?? { first: 0, last: version.size - 1 };
  const [md5, checksum] = [runningDigest('MD5'), runningDigest(algorithm)];
  const file = await call.store.open(version);
  try {
    const bytes = end < start ? [] : file.createReadStream({ start, end, autoClose: false });
    for await (const piece of bytes) {
      for (const digest of [md5, checksum]) digest.update(piece);
      await write(piece);
    }
  } finally {
    await file.close();
  }
  return {
    size: Math.max(0, end - start + 1),
    md5: md5.digest().toString('hex'),
    checksum: checksum.digest().toString('base64'),
  };
}

/** CopyObject: the whole object becomes the newest version of another key, with a checksum of all its bytes. */
export async function copyObject(call: Call): Promise<Answer> {
  const { store, target, bucketArn, allow, now } = call;
  const version = sourceVersion(call);
  allow('s3:PutObject', `${bucketArn}/${target.key}`);
  const replaced = parameter(call, 'x-amz-metadata-directive') === 'REPLACE';
  const contentType = replaced
    ? (call.headers['content-type'] ?? 'binary/octet-stream')
    : version.contentType;
  const wanted = parameter(call, 'x-amz-checksum-algorithm')?.toUpperCase() ?? '';
  const algorithm = isAlgorithm(wanted) ? wanted : version.checksum.algorithm;
  const staged = await store.stage();
  try {
    const { size, md5, checksum } = await copyRange(call, version, algorithm, staged.write);
    const lastModified = now.toISOString();
    const copy = await store.keep(staged, {
      key: target.key,
      size,
      etag: md5,
      checksum: { algorithm, value: checksum, type: 'FULL_OBJECT' },
      contentType,
      lastModified,
    });
    call.changed({ put: copy, by: 'CopyObject' });
    const result = [
      element('LastModified', lastModified),
      element('ETag', `"${copy.etag}"`),
      element(`Checksum${algorithm}`, checksum),
      element('ChecksumType', 'FULL_OBJECT'),
    ];
    return {
      status: 200,
      headers: {
        'content-type': 'application/xml',
        ...(store.versioned
          ? { 'x-amz-version-id': copy.id, 'x-amz-copy-source-version-id': version.id }
          : {}),
      },
      body: document(namespaced('CopyObjectResult', result)),
    };
  } finally {
    await staged.discard();
  }
}
