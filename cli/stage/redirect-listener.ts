import { serveOnLoopback } from '../../packages/local-servers/loopback.ts';

/** What the browser shows at the end of a sign-in. */
export interface Page {
  readonly status: 200 | 400;
  readonly text: string;
}

/** Where the browser comes back to. */
export interface RedirectListener {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Listens on the first free one of some ports, on this machine only.
 * @param received answers each request for `path`
 * @returns nothing when all ports are taken
 */
export async function listenForRedirect(
  ports: readonly number[],
  redirect: (port: number) => string,
  received: (url: URL) => Page,
): Promise<RedirectListener | undefined> {
  for (const port of ports) {
    const expected = new URL(redirect(port));
    try {
      const { close } = await serveOnLoopback({ port }, (request, response) => {
        const url = new URL(request.url ?? '/', expected);
        const isRedirect = request.method === 'GET' && url.pathname === expected.pathname;
        const { status, text } = isRedirect ? received(url) : { status: 404, text: 'Nothing is here.' };
        response.writeHead(status, {
          'content-type': 'text/html; charset=utf-8',
          'cache-control': 'no-store',
          // The address of this page holds the code.
          'referrer-policy': 'no-referrer',
          connection: 'close',
        });
        response.end(`<!doctype html><title>Chirpsmith</title><p>${text}</p>\n`);
      });
      return { port, close };
    } catch (error) {
      // Windows keeps ranges of ports for itself: EACCES.
      const { code } = Object(error);
      if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    }
  }
  return undefined;
}
