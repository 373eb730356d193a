import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { AwsError } from '../packages/local-aws/aws-error.ts';
import type { BusEvent } from '../packages/local-aws/event-bridge/pattern.ts';
import type { CorsRule } from '../packages/local-aws/s3/cors.ts';
import { startS3 } from '../packages/local-aws/s3/server.ts';

export const region = 'eu-west-1';
export const bucket = 'audio';
export const bucketArn = 'arn:aws:s3:::audio';

/** The one key of the tests and its secret. */
export const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not-a-secret/but+a=test' };

export const sha256 = (bytes: string | Buffer, encoding: 'hex' | 'base64' = 'hex') =>
  createHash('sha256').update(bytes).digest(encoding);

/** A server with one bucket in a directory of its own, and a client for it. */
export async function startBucket({
  versioned = true,
  corsRules = [] as readonly CorsRule[],
  now = () => new Date(),
  eventBridge = false,
} = {}) {
  const directory = await mkdtemp(join(tmpdir(), 's3-'));
  const denied = new Set<string>();
  const asked: string[] = [];
  const lines: string[] = [];
  const events: BusEvent[] = [];
  const start = () =>
    startS3({
      port: 0,
      directory,
      buckets: [{ name: bucket, arn: bucketArn, versioned, corsRules, eventBridge }],
      region,
      access: {
        secretOf: (id) => (id === credentials.accessKeyId ? credentials.secretAccessKey : undefined),
        check: (id, action, resource) => {
          asked.push(`${action} ${resource}`);
          if (denied.has(action))
            throw new AwsError('AccessDenied', 403, `${id} may not ${action} on ${resource}`);
        },
      },
      now,
      events: { account: '123456789012', publish: (event) => events.push(event) },
      log: (line) => lines.push(line),
    });
  let server = await start();
  const clients: S3Client[] = [];
  const connect = (options: Partial<ConstructorParameters<typeof S3Client>[0]> = {}) => {
    const client = new S3Client({
      endpoint: server.url,
      region,
      credentials,
      forcePathStyle: true,
      maxAttempts: 1,
      ...options,
    });
    clients.push(client);
    return client;
  };
  return {
    directory,
    /** Actions that the key may not do. */
    denied,
    /** What the access rules were asked. */
    asked,
    /** What was logged. */
    lines,
    /** The events that EventBridge got. */
    events,
    connect,
    get url() {
      return server.url;
    },
    async restart() {
      await server.close();
      server = await start();
    },
    async stop() {
      for (const client of clients) client.destroy();
      await server.close();
      await rm(directory, { recursive: true });
    },
  };
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A request sent exactly as given; `fetch` would set lengths by itself. */
export function send(
  url: string,
  { method = 'GET', headers = {}, body = '' as string | Buffer } = {} as {
    method?: string;
    headers?: Record<string, string>;
    body?: string | Buffer;
  },
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** The `<Code>` of an error. */
export const codeOf = (answer: HttpAnswer) => /<Code>(\w+)<\/Code>/.exec(answer.text)?.[1];
