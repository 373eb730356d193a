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
import { type Answer, at, s3Calls, upload } from './s3-calls.ts';

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

describe("S3's client in the bundles", () => {
  it.each(Object.entries(s3Calls))(
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
