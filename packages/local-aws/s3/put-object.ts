import { checksumHeader, defaultAlgorithm } from './checksums.ts';
import { announcedChecksum, receiveBody } from './receive-body.ts';
import type { Answer, Call } from './request.ts';

/** PutObject. What was declared is held against the bytes before the object exists. */
export async function putObject(call: Call): Promise<Answer> {
  const { store, target, headers, now } = call;
  call.allow('s3:PutObject', `${call.bucketArn}/${target.key}`);
  const algorithm = announcedChecksum(call)?.algorithm ?? defaultAlgorithm;
  const staged = await store.stage();
  try {
    const { size, md5, checksum } = await receiveBody(call, algorithm, staged.write);
    const version = await store.keep(staged, {
      key: target.key,
      size,
      etag: md5,
      checksum: { algorithm, value: checksum, type: 'FULL_OBJECT' },
      contentType: headers['content-type'] ?? 'binary/octet-stream',
      lastModified: now.toISOString(),
    });
    call.changed({ put: version, by: 'PutObject' });
    return {
      status: 200,
      headers: {
        etag: `"${version.etag}"`,
        ...(store.versioned ? { 'x-amz-version-id': version.id } : {}),
        [checksumHeader(algorithm)]: checksum,
        'x-amz-checksum-type': 'FULL_OBJECT',
      },
    };
  } finally {
    await staged.discard();
  }
}
