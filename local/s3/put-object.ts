import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { AwsError } from '../aws-error.ts';
import { decodeAwsChunked } from './aws-chunked.ts';
import { type Answer, type Call, parameter } from './request.ts';

/** Largest object of one PUT: 5 GiB (documented). */
const largestObject = 5 * 1024 ** 3;

/** Digests that can be asked for, by the header that carries them, with their length in bytes. */
const digests = {
  'content-md5': { length: 16, named: 'Content-MD5' },
  'x-amz-checksum-crc32': { length: 4, named: 'CRC32' },
  'x-amz-checksum-sha1': { length: 20, named: 'SHA1' },
  'x-amz-checksum-sha256': { length: 32, named: 'SHA256' },
} as const;
type DigestName = keyof typeof digests;
const isDigestName = (name: string): name is DigestName => Object.hasOwn(digests, name);
const digestNames = Object.keys(digests).filter(isDigestName);

/** Computes all digests of a body as it passes; each in base64. */
function digester() {
  const hashes = { md5: createHash('md5'), sha1: createHash('sha1'), sha256: createHash('sha256') };
  let crc = 0;
  return {
    update(bytes: Buffer, wantSha1: boolean) {
      hashes.md5.update(bytes);
      hashes.sha256.update(bytes);
      if (wantSha1) hashes.sha1.update(bytes);
      crc = crc32(bytes, crc);
    },
    digest(): Record<DigestName, Buffer> {
      const sum = Buffer.alloc(4);
      sum.writeUInt32BE(crc);
      return {
        'content-md5': hashes.md5.digest(),
        'x-amz-checksum-crc32': sum,
        'x-amz-checksum-sha1': hashes.sha1.digest(),
        'x-amz-checksum-sha256': hashes.sha256.digest(),
      };
    },
  };
}

function checkForm(name: DigestName, value: string): void {
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length === digests[name].length && bytes.toString('base64') === value) return;
  if (name === 'content-md5') {
    throw new AwsError('InvalidDigest', 400, 'The Content-MD5 you specified is not valid.');
  }
  throw new AwsError('InvalidRequest', 400, `Value for ${name} header is invalid.`);
}

/** The digests that the body must have, from the headers; and the one announced for the trailer. */
function expectations(call: Call): { digests: Map<DigestName, string>; trailer: DigestName | undefined } {
  const expected = new Map<DigestName, string>();
  for (const name of digestNames) {
    const value = parameter(call, name);
    if (value === undefined) continue;
    checkForm(name, value);
    expected.set(name, value);
  }
  const trailer = parameter(call, 'x-amz-trailer')?.trim().toLowerCase();
  if (trailer !== undefined && !(isDigestName(trailer) && trailer !== 'content-md5')) {
    throw new AwsError(
      'InvalidRequest',
      400,
      'The value specified in the x-amz-trailer header is not supported',
    );
  }
  const checksums = [...expected.keys()].filter((name) => name !== 'content-md5');
  if (checksums.length + (trailer ? 1 : 0) > 1) {
    throw new AwsError('InvalidRequest', 400, 'Expecting a single x-amz-checksum- header.');
  }
  if (checksums.length === 0 && !trailer && parameter(call, 'x-amz-sdk-checksum-algorithm') !== undefined) {
    const missing = 'no corresponding x-amz-checksum-* or x-amz-trailer headers were found.';
    throw new AwsError('InvalidRequest', 400, `x-amz-sdk-checksum-algorithm specified, but ${missing}`);
  }
  return { digests: expected, trailer };
}

function declaredLength(call: Call, streaming: boolean): number {
  const name = streaming ? 'x-amz-decoded-content-length' : 'content-length';
  const text = parameter(call, name);
  if (text === undefined) {
    throw new AwsError('MissingContentLength', 411, `You must provide the ${name} HTTP header.`);
  }
  if (!/^\d{1,15}$/.test(text))
    throw new AwsError('InvalidArgument', 400, `${name} must be a number of bytes.`);
  const length = Number(text);
  if (length > largestObject) {
    throw new AwsError(
      'EntityTooLarge',
      400,
      'Your proposed upload exceeds the maximum allowed size: 5 GiB.',
    );
  }
  return length;
}

/** The body's own bytes, and its trailers once it was read to the end. */
function unframe(call: Call): { bytes: AsyncIterable<Buffer>; trailers(): ReadonlyMap<string, string> } {
  const { payloadHash, verifyChunk } = call.caller;
  let trailers: ReadonlyMap<string, string> = new Map();
  const onTrailers = (given: ReadonlyMap<string, string>) => {
    trailers = given;
  };
  if (payloadHash === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') {
    const bytes = decodeAwsChunked(call.body(), { verifyChunk: undefined, onTrailers });
    return { bytes, trailers: () => trailers };
  }
  if (payloadHash === 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD') {
    const bytes = decodeAwsChunked(call.body(), { verifyChunk, onTrailers });
    return { bytes, trailers: () => trailers };
  }
  if (payloadHash !== 'UNSIGNED-PAYLOAD' && !/^[0-9a-f]{64}$/.test(payloadHash)) {
    const known = payloadHash.startsWith('STREAMING-');
    throw known
      ? new AwsError('NotImplemented', 501, 'This kind of streaming body is not implemented.')
      : new AwsError(
          'InvalidArgument',
          400,
          'x-amz-content-sha256 must be UNSIGNED-PAYLOAD or a SHA-256 in hex.',
        );
  }
  return { bytes: call.body(), trailers: () => trailers };
}

/** PutObject. What was declared is held against the bytes before the object exists. */
export async function putObject(call: Call): Promise<Answer> {
  call.allow('s3:PutObject', `${call.bucketArn}/${call.target.key}`);
  const expected = expectations(call);
  const length = declaredLength(call, call.caller.payloadHash.startsWith('STREAMING-'));
  const { bytes, trailers } = unframe(call);
  const wantSha1 = expected.trailer === 'x-amz-checksum-sha1' || expected.digests.has('x-amz-checksum-sha1');

  const staged = await call.store.stage();
  try {
    const digest = digester();
    let size = 0;
    for await (const piece of bytes) {
      size += piece.length;
      if (size > length) break;
      digest.update(piece, wantSha1);
      await staged.write(piece);
    }
    if (size !== length) {
      throw new AwsError(
        'IncompleteBody',
        400,
        'The body does not have the number of bytes that was declared.',
      );
    }
    const found = digest.digest();
    const base64 = (name: DigestName) => found[name].toString('base64');
    if (expected.trailer) {
      const value = trailers().get(expected.trailer);
      if (value === undefined) {
        throw new AwsError(
          'MalformedTrailerError',
          400,
          `The announced trailer ${expected.trailer} is missing.`,
        );
      }
      checkForm(expected.trailer, value);
      expected.digests.set(expected.trailer, value);
    }
    for (const [name, value] of expected.digests) {
      if (value === base64(name)) continue;
      const { named } = digests[name];
      throw new AwsError('BadDigest', 400, `The ${named} you specified did not match what was received.`);
    }
    const { payloadHash } = call.caller;
    if (
      /^[0-9a-f]{64}$/.test(payloadHash) &&
      payloadHash !== found['x-amz-checksum-sha256'].toString('hex')
    ) {
      const mismatch = "The provided 'x-amz-content-sha256' header does not match what was computed.";
      throw new AwsError('XAmzContentSHA256Mismatch', 400, mismatch);
    }

    const version = await call.store.keep(staged, {
      key: call.target.key,
      size,
      md5: found['content-md5'].toString('hex'),
      sha256: base64('x-amz-checksum-sha256'),
      contentType: call.headers['content-type'] ?? 'binary/octet-stream',
      lastModified: call.now.toISOString(),
    });
    call.changed({ put: version });
    const checksum = [...expected.digests].filter(([name]) => name !== 'content-md5');
    return {
      status: 200,
      headers: {
        etag: `"${version.md5}"`,
        ...(call.store.versioned ? { 'x-amz-version-id': version.id } : {}),
        ...Object.fromEntries(checksum),
        ...(checksum.length > 0 ? { 'x-amz-checksum-type': 'FULL_OBJECT' } : {}),
      },
    };
  } finally {
    await staged.discard();
  }
}
