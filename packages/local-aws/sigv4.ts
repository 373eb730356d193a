import { createHash, createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
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
  /** SHA-256 of the body in hex, when it was read already: it must be what was signed. Needed but for S3. */
  readonly bodyHash?: string;
}

export interface VerifiedRequest {
  readonly accessKeyId: string;
  readonly presigned: boolean;
  /** Lower-case names. */
  readonly signedHeaders: string[];
  /** `UNSIGNED-PAYLOAD`, 64 hex digits, or `STREAMING-…`. */
  readonly payloadHash: string;
  /**
   * Verifies the signature of the next chunk of a `STREAMING-AWS4-HMAC-SHA256-PAYLOAD` body, given the SHA-256
   * of its bytes in hex. Chunks are chained, so each is to be handed over once, in order, the empty one too.
   */
  verifyChunk(chunkHash: string, signature: string): void;
}

/** How S3 and the JSON services name the same refusal. */
const refusals = {
  missing: { s3: ['AccessDenied', 403], json: ['MissingAuthenticationTokenException', 400] },
  malformedHeader: { s3: ['AuthorizationHeaderMalformed', 400], json: ['IncompleteSignatureException', 400] },
  malformedQuery: {
    s3: ['AuthorizationQueryParametersError', 400],
    json: ['IncompleteSignatureException', 400],
  },
  twoMechanisms: { s3: ['InvalidArgument', 400], json: ['IncompleteSignatureException', 400] },
  token: { s3: ['InvalidToken', 400], json: ['UnrecognizedClientException', 400] },
  unknownKey: { s3: ['InvalidAccessKeyId', 403], json: ['UnrecognizedClientException', 400] },
  expired: { s3: ['AccessDenied', 403], json: ['InvalidSignatureException', 400] },
  skewed: { s3: ['RequestTimeTooSkewed', 403], json: ['InvalidSignatureException', 400] },
  unsigned: { s3: ['AccessDenied', 403], json: ['InvalidSignatureException', 400] },
  mismatch: { s3: ['SignatureDoesNotMatch', 403], json: ['InvalidSignatureException', 400] },
  noBodyHash: { s3: ['InvalidRequest', 400], json: ['InvalidSignatureException', 400] },
  otherBody: { s3: ['XAmzContentSHA256Mismatch', 400], json: ['InvalidSignatureException', 400] },
  uri: { s3: ['InvalidURI', 400], json: ['InvalidSignatureException', 400] },
} as const;

function refuse(service: string, refusal: keyof typeof refusals, message: string): never {
  const [code, status] = refusals[refusal][service === 's3' ? 's3' : 'json'];
  throw new AwsError(code, status, message);
}

const algorithm = 'AWS4-HMAC-SHA256';
/** Both documented. */
const longestExpirySeconds = 7 * 24 * 3600;
const largestSkewMs = 15 * 60 * 1000;

const sha256 = (data: string, encoding: 'utf8' | 'latin1' = 'utf8') =>
  createHash('sha256').update(data, encoding).digest('hex');
const hmac = (key: string | Buffer | KeyObject, data: string) =>
  createHmac('sha256', key).update(data).digest();
const emptyHash = sha256('');

/** Percent-encoding as Signature V4 defines it: all but letters, digits and `-_.~`. */
const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

function sameSignature(expected: string, given: string): boolean {
  return /^[0-9a-f]{64}$/.test(given) && timingSafeEqual(Buffer.from(expected), Buffer.from(given));
}

/** Decoded names and values in the order sent; a plus sign is a space. Throws URIError. */
function parseQuery(rawQuery: string): [name: string, value: string][] {
  const decode = (text: string) => decodeURIComponent(text.replaceAll('+', ' '));
  return rawQuery
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=');
      return at < 0 ? [decode(part), ''] : [decode(part.slice(0, at)), decode(part.slice(at + 1))];
    });
}

function canonicalQuery(query: readonly (readonly [string, string])[]): string {
  return query
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** S3 takes the path as it is, encoded once; the others remove dot segments and encode it a second time. */
function canonicalPath(service: string, rawPath: string): string {
  if (service === 's3') return rawPath.split('/').map(decodeURIComponent).map(encode).join('/');
  const kept: string[] = [];
  for (const segment of rawPath.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(encode(segment));
  }
  return `/${kept.join('/')}${kept.length > 0 && rawPath.endsWith('/') ? '/' : ''}`;
}

interface Claim {
  readonly presigned: boolean;
  readonly credential: string;
  readonly signedHeaders: string[];
  readonly signature: string;
  readonly date: string;
  /** Seconds; of a presigned request only. */
  readonly expires: number | undefined;
  readonly declaredHash: string | undefined;
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(',') : value;
}

function claimOfHeader(service: string, header: string, headers: IncomingHttpHeaders): Claim {
  const malformed = (what: string) =>
    refuse(service, 'malformedHeader', `The authorization header is malformed; ${what}.`);
  if (!header.startsWith(`${algorithm} `)) malformed(`the algorithm must be ${algorithm}`);
  const fields = new Map(
    header
      .slice(algorithm.length)
      .split(',')
      .map((field) => {
        const at = field.indexOf('=');
        return [field.slice(0, Math.max(at, 0)).trim(), field.slice(at + 1).trim()] as const;
      }),
  );
  const field = (name: string) => fields.get(name) || malformed(`${name} is missing`);
  return {
    presigned: false,
    credential: field('Credential'),
    signedHeaders: field('SignedHeaders').split(';'),
    signature: field('Signature'),
    date: single(headers['x-amz-date']) ?? malformed('the header x-amz-date is missing'),
    expires: undefined,
    declaredHash: single(headers['x-amz-content-sha256']),
  };
}

function claimOfQuery(service: string, query: [string, string][], headers: IncomingHttpHeaders): Claim {
  const malformed = (what: string) => refuse(service, 'malformedQuery', what);
  const parameter = (name: string) => {
    const values = query.filter(([other]) => other === name);
    const value = values[0]?.[1];
    if (values.length !== 1 || !value) {
      return malformed(`A presigned request needs the query parameter ${name} exactly once.`);
    }
    return value;
  };
  if (parameter('X-Amz-Algorithm') !== algorithm) malformed(`X-Amz-Algorithm only supports ${algorithm}.`);
  const expires = parameter('X-Amz-Expires');
  if (!/^\d{1,9}$/.test(expires)) malformed('X-Amz-Expires must be a whole number of seconds, not negative.');
  if (Number(expires) > longestExpirySeconds) {
    malformed(`X-Amz-Expires must be at most a week, ${longestExpirySeconds} seconds.`);
  }
  return {
    presigned: true,
    credential: parameter('X-Amz-Credential'),
    signedHeaders: parameter('X-Amz-SignedHeaders').split(';'),
    signature: parameter('X-Amz-Signature'),
    date: parameter('X-Amz-Date'),
    expires: Number(expires),
    declaredHash:
      query.find(([name]) => name === 'X-Amz-Content-Sha256')?.[1] ?? single(headers['x-amz-content-sha256']),
  };
}

/** The moment of `20261121T030921Z`, or NaN. */
function momentOf(date: string): number {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date);
  if (!parts) return Number.NaN;
  const [, year, month, day, hour, minute, second] = parts;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

function checkTime(service: string, claim: Claim, now: Date): void {
  const age = now.getTime() - momentOf(claim.date);
  const kind = claim.presigned ? 'malformedQuery' : 'malformedHeader';
  if (Number.isNaN(age)) refuse(service, kind, 'X-Amz-Date must be of the form 20261121T030921Z.');
  if (claim.expires === undefined) {
    if (Math.abs(age) > largestSkewMs) {
      refuse(service, 'skewed', "The difference between the request time and the server's is too large.");
    }
    return;
  }
  if (age < -largestSkewMs) refuse(service, 'expired', 'Request is not valid yet');
  if (age > claim.expires * 1000) refuse(service, 'expired', 'Request has expired');
}

/** The credential's scope must be this day, region and service. Returns the key's id. */
function checkScope(service: string, region: string, claim: Claim): string {
  const malformed = (what: string) =>
    claim.presigned
      ? refuse(service, 'malformedQuery', `Error parsing the X-Amz-Credential parameter; ${what}.`)
      : refuse(service, 'malformedHeader', `The authorization header is malformed; ${what}.`);
  const parts = claim.credential.split('/');
  const accessKeyId = parts[0];
  if (parts.length !== 5 || !accessKeyId) return malformed('the credential is not of the documented form');
  if (parts[1] !== claim.date.slice(0, 8)) malformed('the date of the credential is not that of the request');
  if (parts[2] !== region) malformed(`the region '${parts[2]}' is wrong; expecting '${region}'`);
  if (parts[3] !== service) malformed(`the service '${parts[3]}' is wrong; expecting '${service}'`);
  if (parts[4] !== 'aws4_request') malformed("the credential must end in 'aws4_request'");
  return accessKeyId;
}

/** `host` and every `x-amz-` header must be signed, and what is signed must be there. */
function canonicalHeaders(service: string, claim: Claim, headers: IncomingHttpHeaders): string {
  const names = claim.signedHeaders;
  const ordered = names.every(
    (name, i) => /^[^A-Z\s:]+$/.test(name) && (i === 0 || name > (names[i - 1] ?? '')),
  );
  if (!ordered) {
    const kind = claim.presigned ? 'malformedQuery' : 'malformedHeader';
    refuse(service, kind, 'SignedHeaders must be lower-case names in order, each once.');
  }
  const unsigned = Object.keys(headers).filter(
    (name) => (name === 'host' || name.startsWith('x-amz-')) && !names.includes(name),
  );
  if (unsigned.length > 0 || !names.includes('host')) {
    const list = unsigned.join(', ') || 'host';
    refuse(service, 'unsigned', `There were headers present in the request which were not signed: ${list}`);
  }
  return names
    .map((name) => {
      const value = single(headers[name]);
      if (value === undefined) {
        return refuse(service, 'mismatch', `The header ${name} is signed, but was not sent.`);
      }
      return `${name}:${value.trim().replace(/\s+/g, ' ')}\n`;
    })
    .join('');
}

/** What was signed in place of the body: of S3 it may be a constant, of the others it is always the body's hash. */
function payloadHashOf(service: string, claim: Claim, bodyHash: string | undefined): string {
  if (service === 's3') {
    if (claim.declaredHash !== undefined) return claim.declaredHash;
    if (claim.presigned) return 'UNSIGNED-PAYLOAD';
    return refuse(service, 'noBodyHash', 'Missing required header for this request: x-amz-content-sha256');
  }
  if (bodyHash === undefined) throw new TypeError(`the body of a request to ${service} must be hashed first`);
  if (claim.declaredHash !== undefined && claim.declaredHash !== bodyHash) {
    refuse(service, 'otherBody', "The provided 'x-amz-content-sha256' does not match what was computed.");
  }
  return bodyHash;
}

const signingKeys = new Map<string, KeyObject>();

/** Four HMACs that are the same for a key's whole day, so they are kept: a run makes hundreds of requests. */
function signingKey(secret: string, scope: string): KeyObject {
  const of = `${secret} ${scope}`;
  const kept = signingKeys.get(of);
  if (kept) return kept;
  const [date = '', region = '', service = '', end = ''] = scope.split('/');
  // As a KeyObject, for createHmac takes five times as long with bytes.
  const key = createSecretKey(hmac(hmac(hmac(hmac(`AWS4${secret}`, date), region), service), end));
  // A day's keys of one stack are some dozens; those of past days are not asked for again.
  if (signingKeys.size >= 500) signingKeys.clear();
  signingKeys.set(of, key);
  return key;
}

/**
 * Verifies AWS Signature Version 4, in the Authorization header or in a presigned query.
 * Throws {@link AwsError} with the code that AWS answers; never with a secret, a signature or a URL in it.
 */
export function verifySigV4(request: SignedRequest, options: VerifyOptions): VerifiedRequest {
  const { service, region } = options;
  const { headers } = request;
  let query: [string, string][];
  let path: string;
  try {
    query = parseQuery(request.rawQuery);
    path = canonicalPath(service, request.rawPath);
  } catch {
    return refuse(service, 'uri', "Couldn't parse the specified URI.");
  }
  const inQuery = query.some(([name]) => name === 'X-Amz-Algorithm' || name === 'X-Amz-Signature');
  const { authorization } = headers;
  if (inQuery && authorization !== undefined) {
    refuse(
      service,
      'twoMechanisms',
      'Only one way to sign is allowed: the Authorization header or the query.',
    );
  }
  if (!inQuery && authorization === undefined) {
    refuse(service, 'missing', 'The request carries no signature.');
  }
  const claim = inQuery
    ? claimOfQuery(service, query, headers)
    : claimOfHeader(service, authorization ?? '', headers);

  const accessKeyId = checkScope(service, region, claim);
  if (headers['x-amz-security-token'] !== undefined || query.some(([n]) => n === 'X-Amz-Security-Token')) {
    refuse(service, 'token', 'The key is not a temporary one: the request must carry no security token.');
  }
  const secret = options.secretOf(accessKeyId);
  if (secret === undefined) {
    return refuse(service, 'unknownKey', 'The AWS access key ID that was provided does not exist.');
  }
  checkTime(service, claim, options.now);
  const signed = canonicalHeaders(service, claim, headers);
  const payloadHash = payloadHashOf(service, claim, options.bodyHash);

  const scope = claim.credential.slice(accessKeyId.length + 1);
  const canonicalRequest = [
    request.method,
    path,
    canonicalQuery(query),
    signed,
    claim.signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
  // Node hands out header bytes as Latin-1; everything else in it is ASCII.
  const toSign = [algorithm, claim.date, scope, sha256(canonicalRequest, 'latin1')].join('\n');
  const key = signingKey(secret, scope);
  if (!sameSignature(hmac(key, toSign).toString('hex'), claim.signature)) {
    refuse(
      service,
      'mismatch',
      'The signature is not that of this request: check the key and what was signed.',
    );
  }
  const bodyHash = options.bodyHash;
  if (bodyHash !== undefined && /^[0-9a-f]{64}$/.test(payloadHash) && payloadHash !== bodyHash) {
    refuse(service, 'otherBody', "The provided 'x-amz-content-sha256' does not match what was computed.");
  }

  let previous = claim.signature;
  return {
    accessKeyId,
    presigned: claim.presigned,
    signedHeaders: claim.signedHeaders,
    payloadHash,
    verifyChunk: (chunkHash, signature) => {
      const chunk = [`${algorithm}-PAYLOAD`, claim.date, scope, previous, emptyHash, chunkHash].join('\n');
      const expected = hmac(key, chunk).toString('hex');
      if (!sameSignature(expected, signature)) {
        refuse(service, 'mismatch', 'The signature of a chunk is not that of its bytes.');
      }
      previous = expected;
    },
  };
}
