import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { listenOnLoopback } from '../packages/local-servers/loopback.ts';

/** How a proxy sends on what it gets. */
export interface ProxyHabits {
  /** The Host of the public name, or that of the server behind. */
  readonly host: 'kept' | 'rewritten';
  /** A path that it takes away. */
  readonly strip?: string;
  /** Answers in the place of the server behind. */
  readonly answer?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/**
 * A tunnel with a public name: requests to it reach `to`. No name is looked up; `fetch` leads what is asked of the public
 * name to it, and everything else nowhere.
 */
export async function startReverseProxy(publicUrl: string, habits: ProxyHabits) {
  const { origin, host } = new URL(publicUrl);
  const requests: string[] = [];
  let to = 'http://127.0.0.1:9';
  let { answer } = habits;
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '/', headers } = incoming;
    requests.push(`${method} ${url.split('?')[0]}`);
    if (answer?.(incoming, outgoing)) return;
    const { strip = '' } = habits;
    const path = strip !== '' && url.startsWith(`${strip}/`) ? url.slice(strip.length) : url;
    const onward = request(to, {
      method,
      path,
      headers: {
        ...headers,
        host: habits.host === 'kept' ? host : new URL(to).host,
        'x-forwarded-for': '203.0.113.7',
        'x-forwarded-proto': 'https',
      },
    });
    onward.on('response', (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    });
    onward.on('error', () => outgoing.writeHead(502).end('Bad gateway\n'));
    incoming.pipe(onward);
  });
  const { url, close } = await listenOnLoopback(server, 0);
  const fetchThrough: typeof fetch = async (input, init) => {
    const asked = input instanceof Request ? input.url : String(input);
    if (new URL(asked).origin !== origin) {
      throw new TypeError('fetch failed', {
        cause: Object.assign(new Error('unknown host'), { code: 'ENOTFOUND' }),
      });
    }
    return fetch(asked.replace(origin, url), init);
  };
  return {
    url,
    requests,
    fetch: fetchThrough,
    lead(target: string) {
      to = target;
    },
    instead(other: ProxyHabits['answer']) {
      answer = other;
    },
    close,
  };
}
