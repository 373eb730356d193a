import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as events from '@aws-sdk/client-eventbridge';
import * as s3 from '@aws-sdk/client-s3';
import * as secrets from '@aws-sdk/client-secrets-manager';
import * as sfn from '@aws-sdk/client-sfn';
import * as presigner from '@aws-sdk/s3-request-presigner';
import { build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { esbuildOptions } from '../../infra/constructs/bundling.ts';
import { trimmedFiles, trimSdk } from '../../infra/constructs/trim-sdk.ts';

const whole = { dynamodb, events, s3, secrets, sfn, presigner };
type Sdk = typeof whole;

/** The same clients as they are in the bundles. */
async function trimmedSdk(): Promise<{ sdk: Sdk; files: string[]; remove: () => void }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'chirpsmith-sdk-'));
  const names = {
    dynamodb: 'client-dynamodb',
    events: 'client-eventbridge',
    s3: 'client-s3',
    secrets: 'client-secrets-manager',
    sfn: 'client-sfn',
    presigner: 's3-request-presigner',
  };
  const contents = Object.entries(names).map(([as, name]) => `export * as ${as} from '@aws-sdk/${name}';`);
  contents.push(`import 'zod';`);
  const { outputFiles, metafile } = await build({
    ...esbuildOptions,
    stdin: { contents: contents.join('\n'), resolveDir: esbuildOptions.absWorkingDir },
    plugins: [trimSdk],
    write: false,
    metafile: true,
  });
  const file = path.join(folder, 'sdk.mjs');
  writeFileSync(file, outputFiles[0]?.contents ?? '');
  const sdk: Sdk = await import(pathToFileURL(file).href);
  return { sdk, files: Object.keys(metafile.inputs), remove: () => rmSync(folder, { recursive: true }) };
}
const { sdk: trimmed, files, remove } = await trimmedSdk();
afterAll(remove);

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const credentials = { accessKeyId: 'id', secretAccessKey: 'secret', sessionToken: 'token' };

/** What a client sends, and what it makes of an answer: all but what differs from one call to the next. */
async function exchange(
  sdk: Sdk,
  call: (sdk: Sdk, options: s3.S3ClientConfig) => Promise<unknown>,
  answer: Answer,
) {
  const sent: object[] = [];
  const requestHandler = {
    handle: async (request: { headers: Record<string, string>; method: string }) => {
      const { method, hostname, path, query, body } = request as unknown as Record<string, unknown>;
      const { authorization = '', ...headers } = request.headers;
      for (const changing of ['x-amz-date', 'amz-sdk-invocation-id', 'user-agent', 'x-amz-user-agent']) {
        delete headers[changing];
      }
      const scope = authorization.replace(/\d{8}\/|Signature=.*/g, '');
      sent.push({
        method,
        hostname,
        path,
        query,
        headers,
        scope,
        body: ArrayBuffer.isView(body) ? new TextDecoder().decode(body as Uint8Array) : body,
      });
      const { status = 200, headers: answered = {}, body: text = '' } = answer;
      return {
        response: { statusCode: status, headers: answered, body: Readable.from([Buffer.from(text)]) },
      };
    },
  };
  const kinds: unknown[] = [];
  const retryStrategy = {
    acquireInitialRetryToken: async () => ({ getRetryCount: () => 0, getRetryDelay: () => 0 }),
    async refreshRetryTokenForRetry(_: unknown, { errorType }: { errorType: string }): Promise<never> {
      kinds.push(errorType);
      throw new Error('One attempt is enough.');
    },
    recordSuccess() {},
  };
  const options = { region: 'eu-central-1', credentials, requestHandler, retryStrategy } as s3.S3ClientConfig;
  const outcome = await call(sdk, options).catch((error: Error) => {
    const { $fault, $metadata } = error as s3.S3ServiceException;
    const { name, message } = error;
    return { name, message, $fault, ...$metadata };
  });
  return { sent, kinds, outcome };
}

const bucket = 'audio';
const Key = 'sessions/s 1/ü.mp3';
const at = { Bucket: bucket, Key };
const upload = { ...at, UploadId: 'u' };
const text = { Body: '{"a":1}', ContentType: 'application/json' };

/** Each call of S3 that a function makes, with an answer that fills what it reads. */
const calls: Readonly<Record<string, [(sdk: Sdk['s3']) => unknown, Answer?]>> = {
  HeadObject: [
    ({ HeadObjectCommand }) => new HeadObjectCommand({ ...at, ChecksumMode: 'ENABLED' }),
    {
      headers: {
        'content-length': '7',
        etag: '"e"',
        'last-modified': 'Wed, 21 Oct 2026 07:28:00 GMT',
        'x-amz-version-id': 'v',
        'x-amz-checksum-sha256': 'AAA=',
        'x-amz-checksum-type': 'FULL_OBJECT',
        'x-amz-meta-a': 'b',
        expires: 'never',
      },
    },
  ],
  'HeadObject, with dates': [
    ({ HeadObjectCommand }) =>
      new HeadObjectCommand({ ...at, IfModifiedSince: new Date('2026-01-02T03:04:05Z') }),
    {
      headers: { expires: 'Fri, 02 Jan 2026 03:04:05 GMT', 'last-modified': 'Thu, 01 Oct 2026 07:28:00 GMT' },
    },
  ],
  GetObject: [
    ({ GetObjectCommand }) =>
      new GetObjectCommand({ ...at, Range: 'bytes=0-6', VersionId: 'v', IfMatch: '"e"' }),
    { headers: { 'content-length': '7', 'content-range': 'bytes 0-6/9' }, body: 'tones..' },
  ],
  ...Object.fromEntries(
    [
      ['crc64nvme', 'rosUhgp5mIg='],
      ['crc32c', '4waSgw=='],
      ['crc32', 'y/Q5Jg=='],
      ['sha1', '98O8HYCOBHMq32eZZczDTKeuNEE='],
      ['sha256', 'FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU='],
      ['sha256', 'wrong'],
    ].map(([name = '', checksum = '']) => [
      `GetObject, with ${name} ${checksum}`,
      [
        ({ GetObjectCommand }: Sdk['s3']) => new GetObjectCommand(at),
        { headers: { [`x-amz-checksum-${name}`]: checksum }, body: '123456789' },
      ],
    ]),
  ),
  PutObject: [
    ({ PutObjectCommand }) => new PutObjectCommand({ ...at, ...text }),
    { headers: { etag: '"e"' } },
  ],
  'PutObject, of bytes': [
    ({ PutObjectCommand }) => new PutObjectCommand({ ...at, Body: new Uint8Array(3_000_000) }),
    { headers: { 'x-amz-version-id': 'v' } },
  ],
  DeleteObject: [({ DeleteObjectCommand }) => new DeleteObjectCommand(at), { status: 204 }],
  DeleteObjects: [
    ({ DeleteObjectsCommand }) =>
      new DeleteObjectsCommand({
        Bucket: bucket,
        Delete: { Objects: [{ Key, VersionId: 'v' }], Quiet: true },
      }),
    {
      body: '<DeleteResult><Error><Key>k</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>',
    },
  ],
  ListObjectsV2: [
    ({ ListObjectsV2Command }) =>
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: 'a/',
        Delimiter: '/',
        EncodingType: 'url',
        MaxKeys: 1,
      }),
    {
      body:
        '<ListBucketResult><Contents><Key>a%2Fb&amp;c</Key><Size>3</Size><LastModified>2026-10-21T07:28:00.000Z' +
        '</LastModified></Contents><NextContinuationToken>t</NextContinuationToken></ListBucketResult>',
    },
  ],
  ListObjectVersions: [
    ({ ListObjectVersionsCommand }) => new ListObjectVersionsCommand({ Bucket: bucket, Prefix: 'a/' }),
    {
      body:
        '<ListVersionsResult><IsTruncated>true</IsTruncated><NextKeyMarker>k</NextKeyMarker><Version><Key>a</Key>' +
        '<VersionId>v</VersionId></Version><DeleteMarker><Key>b</Key><VersionId>w</VersionId></DeleteMarker></ListVersionsResult>',
    },
  ],
  CopyObject: [
    ({ CopyObjectCommand }) =>
      new CopyObjectCommand({ ...at, CopySource: 'audio/a?versionId=v', MetadataDirective: 'REPLACE' }),
    { headers: { 'x-amz-version-id': 'v' }, body: '<CopyObjectResult><ETag>"e"</ETag></CopyObjectResult>' },
  ],
  'CopyObject, which fails after 200': [
    ({ CopyObjectCommand }) => new CopyObjectCommand({ ...at, CopySource: 'audio/a' }),
    { body: '<Error><Code>InternalError</Code><Message>Try again.</Message></Error>' },
  ],
  CreateMultipartUpload: [
    ({ CreateMultipartUploadCommand }) =>
      new CreateMultipartUploadCommand({ ...at, ChecksumAlgorithm: 'SHA256', ChecksumType: 'COMPOSITE' }),
    { body: '<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>' },
  ],
  ListParts: [
    ({ ListPartsCommand }) => new ListPartsCommand({ ...upload, PartNumberMarker: '1' }),
    {
      body:
        '<ListPartsResult><Part><PartNumber>2</PartNumber><ETag>"e"</ETag><Size>5</Size><ChecksumSHA256>AAA=' +
        '</ChecksumSHA256></Part><IsTruncated>false</IsTruncated></ListPartsResult>',
    },
  ],
  CompleteMultipartUpload: [
    ({ CompleteMultipartUploadCommand }) =>
      new CompleteMultipartUploadCommand({
        ...upload,
        MultipartUpload: { Parts: [{ PartNumber: 1, ETag: '"e"', ChecksumSHA256: 'AAA=' }] },
      }),
    { body: '<CompleteMultipartUploadResult><ETag>"f"</ETag></CompleteMultipartUploadResult>' },
  ],
  AbortMultipartUpload: [({ AbortMultipartUploadCommand }) => new AbortMultipartUploadCommand(upload)],
  'GetObject, throttled until a date': [
    ({ GetObjectCommand }) => new GetObjectCommand(at),
    { status: 503, headers: { 'retry-after': 'Fri, 02 Jan 2026 03:04:05 GMT' } },
  ],
  'HeadObject, of nothing': [({ HeadObjectCommand }) => new HeadObjectCommand(at), { status: 404 }],
  'HeadObject, refused': [({ HeadObjectCommand }) => new HeadObjectCommand(at), { status: 403 }],
  'GetObject, through a page': [
    ({ GetObjectCommand }) => new GetObjectCommand(at),
    { status: 502, headers: { 'content-type': 'text/html' }, body: '<html><p>Bad gateway</html>' },
  ],
  ...Object.fromEntries(
    (
      [
        ['NoSuchKey', 404],
        ['NoSuchUpload', 404],
        ['NoSuchBucket', 404],
        ['AccessDenied', 403],
        ['ExpiredToken', 400],
        ['PermanentRedirect', 301],
        ['PreconditionFailed', 412],
        ['RequestTimeTooSkewed', 403],
        ['SlowDown', 503],
      ] as const
    ).map(([code, status]) => [
      `GetObject, answered by ${code}`,
      [
        ({ GetObjectCommand }: Sdk['s3']) => new GetObjectCommand(at),
        {
          status,
          // An answer of another time has each error tried again.
          ...(code === 'RequestTimeTooSkewed' && { headers: { date: 'Wed, 21 Oct 2020 07:28:00 GMT' } }),
          body: `<Error><Code>${code}</Code><Message>It is so.</Message><RequestId>r</RequestId></Error>`,
        },
      ],
    ]),
  ),
};

describe("S3's client in the bundles", () => {
  it.each(Object.entries(calls))(
    'sends and reads %s as the whole client does',
    async (_, [command, answer = {}]) => {
      const call = async (sdk: Sdk, options: s3.S3ClientConfig) => {
        const client = new sdk.s3.S3Client({ ...options, requestChecksumCalculation: 'WHEN_REQUIRED' });
        const found = (await client.send(
          command(sdk.s3) as s3.GetObjectCommand,
        )) as s3.GetObjectCommandOutput;
        return { ...found, Body: await found.Body?.transformToString() };
      };
      const expected = await exchange(whole, call, answer);
      expect(expected.sent).toHaveLength(1);
      expect(await exchange(trimmed, call, answer)).toEqual(expected);
    },
  );

  it.each([
    [
      'a file',
      ({ PutObjectCommand }: Sdk['s3']) =>
        new PutObjectCommand({ ...at, ContentLength: 3, ChecksumSHA256: 'AAA=' }),
    ],
    [
      'a part',
      ({ UploadPartCommand }: Sdk['s3']) =>
        new UploadPartCommand({ ...upload, PartNumber: 2, ContentLength: 3 }),
    ],
    [
      'a download',
      ({ GetObjectCommand }: Sdk['s3']) => new GetObjectCommand({ ...at, ResponseContentType: 'audio/mpeg' }),
    ],
  ])('signs the URL of %s as the whole client does', async (_, command) => {
    const url = ({ s3: { S3Client, ...rest }, presigner: { getSignedUrl } }: Sdk) =>
      getSignedUrl(
        new S3Client({ region: 'eu-central-1', credentials, requestChecksumCalculation: 'WHEN_REQUIRED' }),
        command({ S3Client, ...rest }) as s3.GetObjectCommand,
        { expiresIn: 60, signingDate: new Date(0), unhoistableHeaders: new Set(['x-amz-checksum-sha256']) },
      );
    expect(await url(trimmed)).toBe(await url(whole));
  });
});

const json = (type: string, more = {}) => ({
  status: 400,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: JSON.stringify({ __type: `com.amazonaws.some#${type}`, message: 'It is so.', ...more }),
});
const table = { TableName: 't', Key: { id: { S: 'a' } } };
const start = { stateMachineArn: 'arn:aws:states:eu-central-1:1:stateMachine:m', name: 'n', input: '{}' };

/** Calls of the other services, with answers and errors that functions know. */
const others: Readonly<Record<string, [(sdk: Sdk, options: object) => Promise<object>, Answer]>> = {
  GetItem: [
    ({ dynamodb: { DynamoDBClient, GetItemCommand } }, options) =>
      new DynamoDBClient(options).send(new GetItemCommand(table)),
    { body: '{"Item":{"id":{"S":"a"},"n":{"N":"1"},"b":{"B":"AAA="},"l":{"L":[{"BOOL":true}]}}}' },
  ],
  'UpdateItem, whose condition fails': [
    ({ dynamodb: { DynamoDBClient, UpdateItemCommand } }, options) =>
      new DynamoDBClient(options).send(new UpdateItemCommand({ ...table, ConditionExpression: 'a = b' })),
    json('ConditionalCheckFailedException'),
  ],
  'GetItem, throttled': [
    ({ dynamodb: { DynamoDBClient, GetItemCommand } }, options) =>
      new DynamoDBClient(options).send(new GetItemCommand(table)),
    json('ProvisionedThroughputExceededException'),
  ],
  'GetItem, denied': [
    ({ dynamodb: { DynamoDBClient, GetItemCommand } }, options) =>
      new DynamoDBClient(options).send(new GetItemCommand(table)),
    json('AccessDeniedException'),
  ],
  StartExecution: [
    ({ sfn: { SFNClient, StartExecutionCommand } }, options) =>
      new SFNClient(options).send(new StartExecutionCommand(start)),
    { body: '{"executionArn":"arn","startDate":1780000000.5}' },
  ],
  'StartExecution, of one that runs': [
    ({ sfn: { SFNClient, StartExecutionCommand } }, options) =>
      new SFNClient(options).send(new StartExecutionCommand(start)),
    json('ExecutionAlreadyExists'),
  ],
  PutEvents: [
    ({ events: { EventBridgeClient, PutEventsCommand } }, options) =>
      new EventBridgeClient(options).send(new PutEventsCommand({ Entries: [{ Source: 's', Detail: '{}' }] })),
    { body: '{"FailedEntryCount":1,"Entries":[{"ErrorCode":"InternalFailure"}]}' },
  ],
  GetSecretValue: [
    ({ secrets: { SecretsManagerClient, GetSecretValueCommand } }, options) =>
      new SecretsManagerClient(options).send(new GetSecretValueCommand({ SecretId: 'k' })),
    { body: '{"SecretString":"value","CreatedDate":1780000000}' },
  ],
  'GetSecretValue, of none': [
    ({ secrets: { SecretsManagerClient, GetSecretValueCommand } }, options) =>
      new SecretsManagerClient(options).send(new GetSecretValueCommand({ SecretId: 'k' })),
    json('ResourceNotFoundException'),
  ],
};

describe('the other clients in the bundles', () => {
  it.each(Object.entries(others))('send and read %s as the whole clients do', async (_, [call, answer]) => {
    const expected = await exchange(whole, call, answer);
    expect(expected.sent).toHaveLength(1);
    expect(await exchange(trimmed, call, answer)).toEqual(expected);
  });

  it('know an execution that is there already by its class', async () => {
    const { outcome } = await exchange(
      trimmed,
      async ({ sfn: { SFNClient, StartExecutionCommand, ExecutionAlreadyExists } }, options: object) => {
        const sent = new SFNClient(options).send(new StartExecutionCommand(start));
        return { known: await sent.catch((error) => error instanceof ExecutionAlreadyExists) };
      },
      json('ExecutionAlreadyExists'),
    );
    expect(outcome).toEqual({ known: true });
  });
});

describe('what is changed in the SDK', () => {
  it.each(trimmedFiles)('is in a file that the clients have: %s', (file) => {
    expect(files.filter((name) => file.test(name))).not.toEqual([]);
  });

  it.each([
    ['client-s3/dist-es/models/errors.js', 'export const NoSuchKey = class {};'],
    ['client-s3/dist-es/schemas/schemas_0.js', 'export const NoSuchKey$ = [];'],
    ['client-s3/dist-es/S3Client.js', 'this.middlewareStack.use(getS3ExpressPlugin(this.config));\n'],
  ])('ends the build where another version has it otherwise: %s', async (name, code) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'chirpsmith-sdk-'));
    const file = path.join(folder, '@aws-sdk', name);
    const errors = 'export class NoSuchKey extends Error {\n}\n';
    for (const [at, contents] of [
      [path.join(folder, '@aws-sdk/client-s3/dist-es/models/errors.js'), errors],
      [file, code],
    ] as const) {
      mkdirSync(path.dirname(at), { recursive: true });
      writeFileSync(at, contents);
    }
    const built = build({ entryPoints: [file], plugins: [trimSdk], write: false, logLevel: 'silent' });
    await expect(built).rejects.toThrow(/has nothing like .*trim-sdk\.ts/);
    rmSync(folder, { recursive: true });
  });
});
