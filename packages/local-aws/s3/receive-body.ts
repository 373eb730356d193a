import { AwsError } from '../aws-error.ts';
import { decodeAwsChunked } from './aws-chunked.ts';
import {
  type ChecksumAlgorithm,
  checksumAlgorithms,
  checksumHeader,
  checksumLengths,
  runningDigest,
} from './checksums.ts';
import { type Call, parameter } from './request.ts';

/** Largest body of one request: 5 GiB (documented). */
const largestBody = 5 * 1024 ** 3;

/** A body that came in whole and is what was said of it. */
export interface ReceivedBody {
  /** Bytes. */
  readonly size: number;
  /** Hex. */
  readonly md5: string;
  /** Base64, of the algorithm that was asked for. */
  readonly checksum: string;
}

function checkForm(name: string, value: string, length: number): void {
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length === length && bytes.toString('base64') === value) return;
  if (name === 'content-md5') {
    throw new AwsError('InvalidDigest', 400, 'The Content-MD5 you specified is not valid.');
  }
  throw new AwsError('InvalidRequest', 400, `Value for ${name} header is invalid.`);
}

/** The checksum that the client sends with a body: before it, or after it as a trailer. */
export function announcedChecksum(
  call: Call,
): { algorithm: ChecksumAlgorithm; value: string | undefined } | undefined {
  const given = checksumAlgorithms.flatMap((algorithm) => {
    const value = parameter(call, checksumHeader(algorithm));
    if (value === undefined) return [];
    checkForm(checksumHeader(algorithm), value, checksumLengths[algorithm]);
    return [{ algorithm, value }];
  });
  const trailer = parameter(call, 'x-amz-trailer')?.trim().toLowerCase();
  const trailing = checksumAlgorithms.find((algorithm) => checksumHeader(algorithm) === trailer);
  if (trailer !== undefined && !trailing) {
    const message = 'The value specified in the x-amz-trailer header is not supported';
    throw new AwsError('InvalidRequest', 400, message);
  }
  if (given.length + (trailing ? 1 : 0) > 1) {
    throw new AwsError('InvalidRequest', 400, 'Expecting a single x-amz-checksum- header.');
  }
  const announced = trailing ? { algorithm: trailing, value: undefined } : given[0];
  if (!announced && parameter(call, 'x-amz-sdk-checksum-algorithm') !== undefined) {
    const missing = 'no corresponding x-amz-checksum-* or x-amz-trailer headers were found.';
    throw new AwsError('InvalidRequest', 400, `x-amz-sdk-checksum-algorithm specified, but ${missing}`);
  }
  return announced;
}

function declaredLength(call: Call): number {
  const streaming = call.caller.payloadHash.startsWith('STREAMING-');
  const name = streaming ? 'x-amz-decoded-content-length' : 'content-length';
  const text = parameter(call, name);
  if (text === undefined) {
    throw new AwsError('MissingContentLength', 411, `You must provide the ${name} HTTP header.`);
  }
  if (!/^\d{1,15}$/.test(text))
    throw new AwsError('InvalidArgument', 400, `${name} must be a number of bytes.`);
  const length = Number(text);
  if (length > largestBody) {
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

/**
 * Reads the body of a request, and holds against it all that the request says of it: length, MD5, checksum, signed hash.
 * @param algorithm of the checksum to be computed, sent or not
 */
export async function receiveBody(
  call: Call,
  algorithm: ChecksumAlgorithm,
  write: (bytes: Buffer) => Promise<void>,
): Promise<ReceivedBody> {
  const announced = announcedChecksum(call);
  const wantedMd5 = parameter(call, 'content-md5');
  if (wantedMd5 !== undefined) checkForm('content-md5', wantedMd5, 16);
  const length = declaredLength(call);
  const { bytes, trailers } = unframe(call);

  const [md5, sha256, checksum] = [runningDigest('MD5'), runningDigest('SHA256'), runningDigest(algorithm)];
  let size = 0;
  for await (const piece of bytes) {
    size += piece.length;
    if (size > length) break;
    for (const digest of [md5, sha256, checksum]) digest.update(piece);
    await write(piece);
  }
  if (size !== length) {
    const message = 'The body does not have the number of bytes that was declared.';
    throw new AwsError('IncompleteBody', 400, message);
  }
  const found = { md5: md5.digest(), checksum: checksum.digest().toString('base64') };
  if (announced) requireChecksum(announced, found.checksum, trailers());
  if (wantedMd5 !== undefined && wantedMd5 !== found.md5.toString('base64')) {
    throw new AwsError('BadDigest', 400, 'The Content-MD5 you specified did not match what was received.');
  }
  const { payloadHash } = call.caller;
  if (/^[0-9a-f]{64}$/.test(payloadHash) && payloadHash !== sha256.digest().toString('hex')) {
    const mismatch = "The provided 'x-amz-content-sha256' header does not match what was computed.";
    throw new AwsError('XAmzContentSHA256Mismatch', 400, mismatch);
  }
  return { size, md5: found.md5.toString('hex'), checksum: found.checksum };
}

function requireChecksum(
  { algorithm, value }: { algorithm: ChecksumAlgorithm; value: string | undefined },
  found: string,
  trailers: ReadonlyMap<string, string>,
): void {
  const name = checksumHeader(algorithm);
  const sent = value ?? trailers.get(name);
  if (sent === undefined) {
    throw new AwsError('MalformedTrailerError', 400, `The announced trailer ${name} is missing.`);
  }
  checkForm(name, sent, checksumLengths[algorithm]);
  if (sent === found) return;
  throw new AwsError('BadDigest', 400, `The ${algorithm} you specified did not match what was received.`);
}
