import type { IncomingHttpHeaders } from 'node:http';
import { AwsError } from './aws-error.ts';

/** A key pair that signs requests. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A request as it came over the wire: path and query exactly as sent, neither decoded nor normalised. */
export interface SignedRequest {
  readonly method: string;
  readonly rawPath: string;
  /** Without the question mark. */
  readonly rawQuery: string;
  readonly headers: IncomingHttpHeaders;
}

export interface VerifyOptions {
  /** The service's signing name: `s3`, `dynamodb`, `states`, … */
  readonly service: string;
  readonly region: string;
  readonly now: Date;
  /** `undefined` when there is no such key. */
  secretOf(accessKeyId: string): string | undefined;
  /** SHA-256 of the body in hex, when it was read already: it must be what was signed. */
  readonly bodyHash?: string;
}

export interface VerifiedRequest {
  readonly accessKeyId: string;
  readonly presigned: boolean;
  /** Lower-case names. */
  readonly signedHeaders: string[];
  /** `UNSIGNED-PAYLOAD`, 64 hex digits, or `STREAMING-…`. */
  readonly payloadHash: string;
}

/**
 * Verifies AWS Signature Version 4, in the Authorization header or in a presigned query.
 * Throws {@link AwsError} with the code that AWS answers; never with a secret, a signature or a URL in it.
 */
export function verifySigV4(_request: SignedRequest, _options: VerifyOptions): VerifiedRequest {
  throw new AwsError('NotImplemented', 501, 'Signatures are not verified yet.');
}
