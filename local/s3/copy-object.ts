import { AwsError } from '../aws-error.ts';
import { findVersion } from './get-object.ts';
import { type Answer, type Call, parameter } from './request.ts';
import { document, element } from './xml.ts';

const source = 'x-amz-copy-source';

/** Bucket, key and version that `x-amz-copy-source` names: percent-encoded, with or without a leading slash. */
function parseSource(call: Call): { key: string; versionId: string | undefined } {
  const [path = '', query = ''] = (parameter(call, source) ?? '').split('?');
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
  return { key: key.join('/'), versionId: new URLSearchParams(query).get('versionId') ?? undefined };
}

/** CopyObject: the whole object becomes the newest version of another key. */
export async function copyObject(call: Call): Promise<Answer> {
  const { store, target, bucketArn, allow, now } = call;
  const from = parseSource(call);
  const version = findVersion(call, from);
  allow('s3:PutObject', `${bucketArn}/${target.key}`);
  const replaced = parameter(call, 'x-amz-metadata-directive') === 'REPLACE';
  const contentType = replaced
    ? (call.headers['content-type'] ?? 'binary/octet-stream')
    : version.contentType;
  const staged = await store.stage();
  try {
    const file = await store.open(version);
    for await (const piece of file.createReadStream()) await staged.write(piece);
    const { key: _, id: _id, ...facts } = version;
    const lastModified = now.toISOString();
    const copy = await store.keep(staged, { ...facts, key: target.key, contentType, lastModified });
    call.changed({ put: copy, by: 'CopyObject' });
    const result = [element('LastModified', lastModified), element('ETag', `"${copy.md5}"`)];
    return {
      status: 200,
      headers: {
        'content-type': 'application/xml',
        ...(store.versioned
          ? { 'x-amz-version-id': copy.id, 'x-amz-copy-source-version-id': version.id }
          : {}),
      },
      body: document(element('CopyObjectResult', result)),
    };
  } finally {
    await staged.discard();
  }
}
