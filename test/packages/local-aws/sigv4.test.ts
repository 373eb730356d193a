import { createHash } from 'node:crypto';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { AwsError } from '../../../packages/local-aws/aws-error.ts';
import { type SignedRequest, type VerifyOptions, verifySigV4 } from '../../../packages/local-aws/sigv4.ts';

const sha256 = (data: string) => createHash('sha256').update(data).digest('hex');

/**
 * The examples of the Amazon S3 API reference ("Authenticating Requests"): key, moment, requests and
 * signatures are AWS's own, so they hold without trusting any signer.
 */
const example = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  moment: '20130524T000000Z',
  host: 'examplebucket.s3.amazonaws.com',
};
const published: VerifyOptions = {
  service: 's3',
  region: 'us-east-1',
  now: new Date('2013-05-24T00:00:10Z'),
  secretOf: (id) => (id === example.accessKeyId ? example.secretAccessKey : undefined),
};

function inHeader(
  method: string,
  url: string,
  headers: Record<string, string>,
  signature: string,
  { scope = '20130524/us-east-1/s3/aws4_request', names = undefined as readonly string[] | undefined } = {},
): SignedRequest {
  const all: Record<string, string> = {
    host: example.host,
    'x-amz-content-sha256': sha256(''),
    'x-amz-date': example.moment,
    ...headers,
  };
  const signed = (names ?? Object.keys(all).sort()).join(';');
  const credential = `${example.accessKeyId}/${scope}`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential},SignedHeaders=${signed},Signature=${signature}`;
  const [rawPath = '', rawQuery = ''] = url.split('?');
  return { method, rawPath, rawQuery, headers: { ...all, authorization } };
}

const getSignature = 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41';
const getRequest = (headers: Record<string, string> = {}, more = {}) =>
  inHeader('GET', '/test.txt', { range: 'bytes=0-9', ...headers }, getSignature, more);

const presignedSignature = 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404';
const presigned = (change: Record<string, string | undefined> = {}): SignedRequest => {
  const query = {
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${example.accessKeyId}/20130524/us-east-1/s3/aws4_request`,
    'X-Amz-Date': example.moment,
    'X-Amz-Expires': '86400',
    'X-Amz-SignedHeaders': 'host',
    'X-Amz-Signature': presignedSignature,
    ...change,
  };
  const rawQuery = Object.entries(query)
    .filter((pair): pair is [string, string] => pair[1] !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
  return { method: 'GET', rawPath: '/test.txt', rawQuery, headers: { host: example.host } };
};

/** The code of the refusal, or `undefined`. */
function refusal(request: SignedRequest, options: Partial<VerifyOptions> = {}): string | undefined {
  try {
    verifySigV4(request, { ...published, ...options });
    return undefined;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    expect(error.message).not.toContain(example.secretAccessKey);
    expect(error.message).not.toMatch(/[0-9a-f]{64}/);
    return error.code;
  }
}

describe('the published examples hold', () => {
  it.each<[string, SignedRequest]>([
    ['a GET with a range', getRequest()],
    [
      'a PUT with a character to encode',
      inHeader(
        'PUT',
        '/test$file.text',
        {
          date: 'Fri, 24 May 2013 00:00:00 GMT',
          'x-amz-content-sha256': sha256('Welcome to Amazon S3.'),
          'x-amz-storage-class': 'REDUCED_REDUNDANCY',
        },
        '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
      ),
    ],
    [
      'a query without a value',
      inHeader('GET', '/?lifecycle', {}, 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543'),
    ],
    [
      'a query with two values',
      inHeader(
        'GET',
        '/?prefix=J&max-keys=2',
        {},
        '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
      ),
    ],
    ['a presigned GET', presigned()],
  ])('%s', (_what, request) => {
    expect(verifySigV4(request, published)).toMatchObject({ accessKeyId: example.accessKeyId });
  });

  it('a chunked upload, chunk by chunk', () => {
    const request = inHeader(
      'PUT',
      '/examplebucket/chunkObject.txt',
      {
        host: 's3.amazonaws.com',
        'content-encoding': 'aws-chunked',
        'content-length': '66824',
        'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
        'x-amz-decoded-content-length': '66560',
        'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      },
      '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
    );
    const { verifyChunk } = verifySigV4(request, published);
    const first = sha256('a'.repeat(65_536));
    const next = '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497';
    verifyChunk(first, 'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648');
    expect(() => verifyChunk(sha256('b'.repeat(1024)), next)).toThrow(AwsError);
    verifyChunk(sha256('a'.repeat(1024)), next);
    verifyChunk(sha256(''), 'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9');
  });
});

describe('in headers', () => {
  it.each<[string, SignedRequest, string]>([
    ['another value of a signed header', getRequest({ range: 'bytes=0-99' }), 'SignatureDoesNotMatch'],
    ['another method', { ...getRequest(), method: 'HEAD' }, 'SignatureDoesNotMatch'],
    ['another path', { ...getRequest(), rawPath: '/other.txt' }, 'SignatureDoesNotMatch'],
    ['another query', { ...getRequest(), rawQuery: 'versionId=1' }, 'SignatureDoesNotMatch'],
    ['a path that cannot be decoded', { ...getRequest(), rawPath: '/%zz' }, 'InvalidURI'],
    ['a signature of another length', inHeader('GET', '/test.txt', {}, 'abc'), 'SignatureDoesNotMatch'],
    [
      'a signature that is not ASCII',
      inHeader('GET', '/test.txt', {}, 'é'.repeat(64)),
      'SignatureDoesNotMatch',
    ],
    [
      'a signed header that was not sent',
      getRequest({}, { names: ['host', 'range', 'x-amz-content-sha256', 'x-amz-date', 'x-amz-other'] }),
      'SignatureDoesNotMatch',
    ],
    [
      'an x-amz- header that was not signed',
      getRequest({ 'x-amz-acl': 'x' }, { names: ['host', 'range', 'x-amz-content-sha256', 'x-amz-date'] }),
      'AccessDenied',
    ],
    ['no signed host', getRequest({}, { names: ['x-amz-content-sha256', 'x-amz-date'] }), 'AccessDenied'],
    [
      'signed headers out of order',
      getRequest({}, { names: ['x-amz-date', 'host', 'x-amz-content-sha256'] }),
      'AuthorizationHeaderMalformed',
    ],
    [
      'another region',
      getRequest({}, { scope: '20130524/eu-west-1/s3/aws4_request' }),
      'AuthorizationHeaderMalformed',
    ],
    [
      'another service',
      getRequest({}, { scope: '20130524/us-east-1/sts/aws4_request' }),
      'AuthorizationHeaderMalformed',
    ],
    [
      'another day',
      getRequest({}, { scope: '20130523/us-east-1/s3/aws4_request' }),
      'AuthorizationHeaderMalformed',
    ],
    [
      'another algorithm',
      { ...getRequest(), headers: { host: example.host, authorization: 'Bearer x' } },
      'AuthorizationHeaderMalformed',
    ],
    ['no signature at all', { ...getRequest(), headers: { host: example.host } }, 'AccessDenied'],
    [
      'a signature in the query as well',
      { ...getRequest(), rawQuery: presigned().rawQuery },
      'InvalidArgument',
    ],
    ['a security token', getRequest({ 'x-amz-security-token': 'x' }), 'InvalidToken'],
  ])('%s is refused', (_what, request, code) => {
    expect(refusal(request)).toBe(code);
  });

  it('a key that does not exist is refused', () => {
    expect(refusal(getRequest(), { secretOf: () => undefined })).toBe('InvalidAccessKeyId');
  });

  it('another secret is refused', () => {
    expect(refusal(getRequest(), { secretOf: () => 'other' })).toBe('SignatureDoesNotMatch');
  });

  it.each([
    ['2013-05-24T00:15:00Z', undefined],
    ['2013-05-24T00:15:01Z', 'RequestTimeTooSkewed'],
    ['2013-05-23T23:44:59Z', 'RequestTimeTooSkewed'],
  ])('at %s by our clock: %s', (now, code) => {
    expect(refusal(getRequest(), { now: new Date(now) })).toBe(code);
  });

  it('the body must be what was signed, where it is known', () => {
    expect(refusal(getRequest(), { bodyHash: sha256('') })).toBeUndefined();
    expect(refusal(getRequest(), { bodyHash: sha256('other') })).toBe('XAmzContentSHA256Mismatch');
  });
});

describe('in the query', () => {
  it.each([
    ['2013-05-24T23:59:59Z', undefined],
    ['2013-05-25T00:00:01Z', 'AccessDenied'],
    ['2013-05-23T23:44:59Z', 'AccessDenied'],
  ])('at %s by our clock: %s', (now, code) => {
    expect(refusal(presigned(), { now: new Date(now) })).toBe(code);
  });

  it.each<[string, Record<string, string | undefined>, string]>([
    ['another expiry', { 'X-Amz-Expires': '86401' }, 'SignatureDoesNotMatch'],
    ['more than a week', { 'X-Amz-Expires': '604801' }, 'AuthorizationQueryParametersError'],
    ['a negative expiry', { 'X-Amz-Expires': '-1' }, 'AuthorizationQueryParametersError'],
    ['no expiry', { 'X-Amz-Expires': undefined }, 'AuthorizationQueryParametersError'],
    ['no credential', { 'X-Amz-Credential': undefined }, 'AuthorizationQueryParametersError'],
    ['no algorithm', { 'X-Amz-Algorithm': undefined }, 'AuthorizationQueryParametersError'],
    ['a date of another form', { 'X-Amz-Date': '20130524' }, 'AuthorizationQueryParametersError'],
    ['an added parameter', { versionId: '1' }, 'SignatureDoesNotMatch'],
    ['no signature', { 'X-Amz-Signature': undefined }, 'AuthorizationQueryParametersError'],
  ])('%s is refused', (_what, change, code) => {
    expect(refusal(presigned(change))).toBe(code);
  });

  it('a header of S3 that was not signed is refused', () => {
    const request = presigned();
    expect(refusal({ ...request, headers: { ...request.headers, 'x-amz-acl': 'public-read' } })).toBe(
      'AccessDenied',
    );
  });
});

describe('a request to a JSON service', () => {
  const body = '{"Key":{"pk":{"S":"a"}},"TableName":"t"}';
  /** What the SDK would send, signed by it. */
  async function signed(): Promise<SignedRequest> {
    let caught: SignedRequest | undefined;
    const client = new DynamoDBClient({
      region: 'us-east-1',
      endpoint: 'http://127.0.0.1:1',
      credentials: { accessKeyId: example.accessKeyId, secretAccessKey: example.secretAccessKey },
    });
    client.middlewareStack.add(
      () => async (args) => {
        const { request } = args;
        if (typeof request !== 'object' || request === null || !('headers' in request))
          throw new Error('no request');
        const headers = Object.entries(Object(request.headers)).map(([n, v]) => [n.toLowerCase(), String(v)]);
        caught = { method: 'POST', rawPath: '/', rawQuery: '', headers: Object.fromEntries(headers) };
        throw new Error('not sent');
      },
      { step: 'finalizeRequest', name: 'catch', priority: 'low' },
    );
    const command = new GetItemCommand({ TableName: 't', Key: { pk: { S: 'a' } } });
    await expect(client.send(command)).rejects.toThrow('not sent');
    if (!caught) throw new Error('nothing was signed');
    return caught;
  }
  const ofTable = (bodyHash: string | undefined): Partial<VerifyOptions> => ({
    service: 'dynamodb',
    now: new Date(),
    ...(bodyHash === undefined ? {} : { bodyHash }),
  });

  it('holds as the SDK signs it, with its own body only', async () => {
    const request = await signed();
    const bodyHash = String(request.headers['x-amz-content-sha256']);
    expect(verifySigV4(request, { ...published, ...ofTable(bodyHash) })).toMatchObject({
      accessKeyId: example.accessKeyId,
      presigned: false,
      payloadHash: bodyHash,
    });
    expect(refusal(request, ofTable(sha256(`${body} `)))).toBe('InvalidSignatureException');
  });

  it('must have its body hashed before', async () => {
    const request = await signed();
    expect(() => verifySigV4(request, { ...published, ...ofTable(undefined) })).toThrow(TypeError);
  });

  it('is refused with the codes of those services', async () => {
    const request = await signed();
    const bodyHash = String(request.headers['x-amz-content-sha256']);
    const { authorization: _, ...anonymous } = request.headers;
    expect(refusal({ ...request, headers: anonymous }, ofTable(bodyHash))).toBe(
      'MissingAuthenticationTokenException',
    );
    expect(refusal(request, { ...ofTable(bodyHash), secretOf: () => undefined })).toBe(
      'UnrecognizedClientException',
    );
    expect(refusal(request, { ...ofTable(bodyHash), secretOf: () => 'x' })).toBe('InvalidSignatureException');
    expect(refusal(request, { ...ofTable(bodyHash), now: new Date(0) })).toBe('InvalidSignatureException');
    const target = { ...request.headers, 'x-amz-target': 'DynamoDB_20120810.PutItem' };
    expect(refusal({ ...request, headers: target }, ofTable(bodyHash))).toBe('InvalidSignatureException');
  });
});
