import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

export interface LoopbackOptions {
  /** 0 for a free one. */
  readonly port: number;
  /** Whether pages of another origin may change something here, as the template's CORS says; none unless given. */
  readonly allowsOrigin?: ((origin: string) => boolean) | undefined;
  /** Milliseconds for which an idle connection is kept; Node's default unless given. */
  readonly keepAliveMs?: number;
  /** The handler itself lets a client go on that sent `Expect: 100-continue`; else that is done before. */
  readonly continues?: boolean;
}

/** @param expectsContinue the client waits for `100 Continue`; only where {@link LoopbackOptions.continues} */
export type LoopbackHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  expectsContinue: boolean,
) => void;

/**
 * Serves on 127.0.0.1, and nowhere else, and refuses what a web page could send there: see {@link refusalOf}. Every
 * server of the local stack is made here. Rejects when the port is taken.
 */
export async function serveOnLoopback(
  { port, allowsOrigin = () => false, keepAliveMs, continues = false }: LoopbackOptions,
  handle: LoopbackHandler,
): Promise<{ url: string; close(): Promise<void> }> {
  const guard = (request: IncomingMessage, response: ServerResponse, expectsContinue: boolean) => {
    const refusal = refusalOf(request, request.socket.localPort ?? port, allowsOrigin);
    if (refusal) {
      response.writeHead(refusal.status, { 'content-type': 'application/json', connection: 'close' });
      response.end(JSON.stringify({ message: refusal.message }));
      request.resume();
      return;
    }
    if (expectsContinue && !continues) response.writeContinue();
    handle(request, response, expectsContinue && continues);
  };
  const server = createServer((request, response) => guard(request, response, false));
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) =>
    guard(request, response, true),
  );
  if (keepAliveMs !== undefined) server.keepAliveTimeout = keepAliveMs;
  return listenOnLoopback(server, port);
}

/** Listens on 127.0.0.1, and nowhere else. `port` 0 takes a free one. Rejects when the port is taken. */
export async function listenOnLoopback(
  server: Server,
  port: number,
): Promise<{ url: string; close(): Promise<void> }> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        // Its one error says that it is closed already.
        server.close(() => resolve());
        // Clients keep connections open for a next request, which will not come.
        server.closeAllConnections();
      }),
  };
}

/** Methods that change nothing. */
const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Why a request is refused before anything else of it is looked at. A web page cannot choose these headers: with a name
 * of its own that leads to 127.0.0.1 it shows in `Host`, from elsewhere in `Origin` or `Sec-Fetch-Site`.
 */
export function refusalOf(
  { method = '', headers }: Pick<IncomingMessage, 'method' | 'headers'>,
  port: number,
  allowsOrigin: (origin: string) => boolean,
): { readonly status: 403 | 421; readonly message: string } | undefined {
  const hosts = ['127.0.0.1', 'localhost', '[::1]'].map((name) => (port === 80 ? name : `${name}:${port}`));
  const { host = '', origin, 'sec-fetch-site': site = 'none' } = headers;
  if (!hosts.includes(host.toLowerCase())) {
    return { status: 421, message: `This server answers to the names ${hosts.join(', ')} only.` };
  }
  if (safeMethods.has(method)) return undefined;
  const isOwn =
    origin === undefined
      ? site === 'none' || site === 'same-origin'
      : hosts.some((own) => origin === `http://${own}`) || allowsOrigin(origin);
  if (isOwn) return undefined;
  return { status: 403, message: 'Pages of other origins may change nothing here.' };
}

/** The whole body, or undefined when it is longer than `limit` bytes; the rest of it is read and dropped. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length <= limit) chunks.push(bytes);
  }
  return length > limit ? undefined : Buffer.concat(chunks);
}
