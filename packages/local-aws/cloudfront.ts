import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { serveOnLoopback } from '../local-servers/loopback.ts';
import type { Distribution } from './assembly.ts';

/** An object of a bucket, as it was put there. */
export interface StoredFile {
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly cacheControl: string;
}

export interface CloudFrontOptions {
  /** 0 for a free one. */
  readonly port: number;
  readonly distribution: Distribution;
  /** Reads an object; nothing where there is none. */
  readonly readObject: (bucket: string, key: string) => Promise<StoredFile | undefined>;
  /** Where each API of the template is on this machine, by its id. */
  readonly apis: Readonly<Record<string, string>>;
  /** Called for every failure that a caller sees as a bare 502. */
  readonly onError?: (error: unknown) => void;
}

/** Serves the distribution of the template: files of a bucket and APIs under one origin, with its headers. */
export async function startCloudFront(
  options: CloudFrontOptions,
): Promise<{ url: string; close(): Promise<void> }> {
  const { port, distribution, onError } = options;
  return serveOnLoopback({ port }, (request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const behavior = distribution.behaviors.find(({ pattern }) => matches(pattern, path));
    if (behavior === undefined) return refuse(response, 404, 'Not Found');
    for (const [name, value] of Object.entries(behavior.headers)) response.setHeader(name, value);
    if (!behavior.methods.includes(request.method ?? '')) return refuse(response, 403, 'Forbidden');
    const { origin } = behavior;
    if ('api' in origin) {
      forward(request, response, options.apis[origin.api] ?? '', behavior.headers, onError);
      return;
    }
    const key = decode(path === '/' ? distribution.root : path.slice(1));
    options
      .readObject(origin.bucket, key)
      .then((file) => sendFile(request, response, file))
      .catch((error: unknown) => {
        onError?.(error);
        refuse(response, 502, 'Bad Gateway');
      });
  });
}

/** `/api/*` matches what is below `/api/`. */
const matches = (pattern: string | undefined, path: string) =>
  pattern === undefined || path.startsWith(pattern.slice(0, -1));

function sendFile(request: IncomingMessage, response: ServerResponse, file: StoredFile | undefined): void {
  // S3 says 403, not 404, to a reader that may not list the bucket (documented).
  if (file === undefined) {
    refuse(response, 403, 'Forbidden');
    return;
  }
  response.writeHead(200, {
    'content-type': file.contentType,
    'cache-control': file.cacheControl,
    'content-length': file.body.length,
  });
  response.end(request.method === 'HEAD' ? undefined : file.body);
}

/** What belongs to one connection; and what says where a page is, which the server here has looked at. */
const notForwarded = ['connection', 'host', 'keep-alive', 'origin', 'sec-fetch-site', 'transfer-encoding'];

function forward(
  request: IncomingMessage,
  response: ServerResponse,
  api: string,
  headers: Readonly<Record<string, string>>,
  onError: CloudFrontOptions['onError'],
): void {
  const sent = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => !notForwarded.includes(name)),
  );
  const asked = httpRequest(
    `${api}${request.url ?? '/'}`,
    { method: request.method, headers: sent },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, { ...answer.headers, ...headers });
      answer.pipe(response);
    },
  );
  asked.on('error', (error) => {
    onError?.(error);
    if (response.headersSent) response.destroy();
    else refuse(response, 502, 'Bad Gateway');
  });
  response.on('close', () => asked.destroy());
  request.pipe(asked);
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${message}\n`);
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
