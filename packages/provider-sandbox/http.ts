import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { serveOnLoopback } from '../local-servers/loopback.ts';

/** A request whose body has been read. */
export interface ReceivedCall {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly header: (name: string) => string | undefined;
  readonly body: { readonly json: unknown } | { readonly problem: 400 | 413 };
}

/** What to do with a request: answer it, cut its connection, or leave it hanging until the client goes. */
export type Reply =
  | {
      readonly status: number;
      readonly body: object | string | Uint8Array;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | 'reset'
  | 'hang';

/** Largest request body in bytes: a signed URL and some ids. */
const largestBody = 256 * 1024;

async function readBody(request: IncomingMessage): Promise<ReceivedCall['body']> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Left open on an early return: the answer still has to go out.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes = z.instanceof(Buffer).parse(chunk);
    size += bytes.length;
    if (size > largestBody) return { problem: 413 };
    chunks.push(bytes);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (text.trim() === '') return { json: undefined };
  try {
    return { json: JSON.parse(text) };
  } catch {
    return { problem: 400 };
  }
}

function send(response: ServerResponse, reply: Exclude<Reply, string>, close: boolean): void {
  const { body } = reply;
  const isText = typeof body === 'string';
  const bytes =
    body instanceof Uint8Array ? Buffer.from(body) : Buffer.from(isText ? body : JSON.stringify(body));
  response.writeHead(reply.status, {
    'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8',
    ...reply.headers,
    ...(close ? { connection: 'close' } : {}),
    'content-length': String(bytes.length),
  });
  response.end(bytes);
}

/** Serves on 127.0.0.1. Rejects when the port is taken. */
export async function serve(
  port: number,
  answer: (call: ReceivedCall) => Promise<Reply>,
): Promise<{
  readonly url: string;
  /** Most calls at the same moment so far, each from its arrival until its answer is out. */
  mostInFlight(): number;
  close(): Promise<void>;
}> {
  let inFlight = 0;
  let mostInFlight = 0;
  // Longer than any client keeps an idle connection, so that none is closed under a call.
  const listener = await serveOnLoopback({ port, keepAliveMs: 75_000 }, (request, response) => {
    mostInFlight = Math.max(mostInFlight, ++inFlight);
    response.once('close', () => inFlight--);
    const url = URL.parse(request.url ?? '/', 'http://127.0.0.1');
    const handle = async (): Promise<void> => {
      const body = await readBody(request);
      const reply = await answer({
        method: request.method ?? 'GET',
        path: url?.pathname ?? '/',
        query: url?.searchParams ?? new URLSearchParams(),
        header: (name) => {
          const value = request.headers[name];
          return Array.isArray(value) ? value[0] : value;
        },
        body,
      });
      if (reply === 'reset') request.socket.resetAndDestroy();
      else if (reply !== 'hang') send(response, reply, 'problem' in body && body.problem === 413);
    };
    handle().catch(() => {
      // The client went away in the middle, or the sandbox has a bug; neither may take the server down.
      if (response.headersSent || response.destroyed) request.socket.destroy();
      else send(response, { status: 500, body: { statusCode: 500, message: 'Sandbox error.' } }, true);
    });
  });
  return { ...listener, mostInFlight: () => mostInFlight };
}
