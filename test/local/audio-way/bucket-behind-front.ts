import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { vi } from 'vitest';
import type { AudioObject } from '../../../local/audio-way/audio-way.ts';
import { type OwnBucketOptions, openOwnBucket } from '../../../local/audio-way/own-bucket.ts';
import { bucket, credentials, region, startBucket } from '../../../test-support/s3-bucket.ts';

/** What is done to a request instead of passing it on; `undefined` passes it. */
export type Fault =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  /** The connection is lost after so many bytes of the request's body. */
  | { readonly cutAfter: number }
  /** No answer comes. */
  | 'silence'
  /** Headers of the answer that are replaced. */
  | { readonly headers: Record<string, string> };

/** An error as S3 writes it. */
export const s3Error = (status: number, code: string, more = '', headers = {}): Fault => ({
  status,
  headers: { 'content-type': 'application/xml', ...headers },
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>The service said ${code}.</Message>${more}</Error>`,
});

export type Bucket = Awaited<ReturnType<typeof bucketBehindFront>>;

/**
 * Our S3 server with one private bucket under a key of its own, and faults in front of it. The front has the same port at
 * the other loopback address, as the server answers to no other name.
 */
export async function bucketBehindFront(options: Parameters<typeof startBucket>[0] = {}) {
  const behind = await startBucket({ versioned: false, ...options });
  const port = Number(new URL(behind.url).port);
  const seen: { method: string; path: string; headers: IncomingMessage['headers'] }[] = [];
  let faultFor: (request: IncomingMessage) => Fault | undefined = () => undefined;
  const front = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    seen.push({ method, path: url, headers });
    pass(request, response, port, faultFor(request));
  });
  front.on('checkContinue', (request, response) => {
    response.writeContinue();
    front.emit('request', request, response);
  });
  await new Promise<void>((resolve) => front.listen(port, '::1', resolve));
  const home = mkdtempSync(path.join(tmpdir(), 'own-bucket-'));
  return {
    behind,
    seen,
    home,
    endpoint: `http://[::1]:${port}`,
    /** Each request to the service, as `PUT /audio/key?uploads`, without what a signature adds. */
    requests: () => seen.map(({ method, path: url }) => `${method} ${shortened(url)}`),
    faults(next: (request: IncomingMessage) => Fault | undefined) {
      faultFor = next;
    },
    async stop() {
      front.closeAllConnections();
      await new Promise((resolve) => front.close(resolve));
      await behind.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function shortened(url: string): string {
  const { pathname, searchParams } = new URL(url, 'http://host');
  const query = [...searchParams].filter(([name]) => !/^(X-Amz-.*|x-id|response-.*)$/.test(name));
  return pathname + (query.length === 0 ? '' : `?${query.map(([name]) => name).join('&')}`);
}

function pass(
  request: IncomingMessage,
  response: ServerResponse,
  port: number,
  fault: Fault | undefined,
): void {
  if (fault === 'silence') return;
  if (fault && 'cutAfter' in fault) {
    let received = 0;
    request.on('data', (bytes: Buffer) => {
      received += bytes.length;
      if (received >= fault.cutAfter) request.socket.destroy();
    });
    return;
  }
  if (fault && 'status' in fault) {
    request.resume().on('end', () => response.writeHead(fault.status, fault.headers).end(fault.body));
    return;
  }
  const { method, url, headers } = request;
  const onward = send({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 0, { ...answer.headers, ...fault?.headers });
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  request.on('close', () => request.complete || onward.destroy());
  request.pipe(onward);
}

/** The person's environment: the SDK reads it from the process. */
export function asPerson(endpoint: string, more: Record<string, string | undefined> = {}): void {
  const variables = {
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: undefined,
    AWS_CREDENTIAL_EXPIRATION: undefined,
    AWS_PROFILE: undefined,
    AWS_DEFAULT_REGION: undefined,
    AWS_CONFIG_FILE: '/nonexistent',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
    AWS_EC2_METADATA_DISABLED: 'true',
    ...more,
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
}

/** A way to the bucket; files of the local bucket are given by key. */
export async function openWay(
  { home }: Pick<Bucket, 'home'>,
  files: Readonly<Record<string, Buffer>>,
  options: Partial<OwnBucketOptions> & { readonly keep?: boolean; readonly bucket?: string } = {},
) {
  const { keep = false, bucket: name = bucket, ...rest } = options;
  return openOwnBucket({
    chosen: { kind: 'bucket', bucket: name, prefix: 'music/of mine', keep },
    env: process.env,
    provider: 'http://127.0.0.1:9',
    directory: path.join(home, 'audio-way'),
    linkMinutes: 60,
    open: async ({ key }: AudioObject) => {
      const bytes = files[key] ?? Buffer.alloc(0);
      return { body: Readable.from(pieces(bytes)), size: bytes.length };
    },
    logFile: path.join(home, 'log', 'audio-way.log'),
    log: () => {},
    pause: async (_ms, signal) => signal.throwIfAborted(),
    ...rest,
  });
}

function* pieces(bytes: Buffer) {
  for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
}
