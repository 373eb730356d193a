import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { deadProxy, proxyVariables } from '../../local/proxy.ts';
import { listenOnLoopback } from '../../packages/local-servers/loopback.ts';
import { events, spawned } from '../cli/run-command.ts';
import { emptyHome } from './running-stack.ts';

describe('the proxy of the environment', () => {
  test('is taken in upper and lower case, and never for this machine', () => {
    expect(proxyVariables({})).toEqual({});
    expect(proxyVariables({ NO_PROXY: 'a.test' })).toEqual({});
    expect(proxyVariables({ https_proxy: 'http://p.test:3128', HTTPS_PROXY: 'http://other.test' })).toEqual({
      HTTPS_PROXY: 'http://p.test:3128',
      NO_PROXY: '127.0.0.1,localhost,::1',
    });
    expect(proxyVariables({ HTTP_PROXY: 'http://p.test', no_proxy: 'a.test,.b.test' })).toEqual({
      HTTP_PROXY: 'http://p.test',
      NO_PROXY: 'a.test,.b.test,127.0.0.1,localhost,::1',
    });
  });

  test('is refused by its name when it is no URL, without its value, which may hold a password', () => {
    const secret = 'anna:secret@p.test:3128';
    expect(() => proxyVariables({ HTTPS_PROXY: secret })).toThrow(/HTTPS_PROXY: It is not an http\(s\) URL/);
    expect(() => proxyVariables({ HTTPS_PROXY: secret })).not.toThrow(/secret/);
  });
});

describe('a connection that fails', () => {
  const both = { HTTP_PROXY: 'http://anna:secret@p.test:1', https_proxy: 'http://q.test:2' };
  test.each<[what: string, url: string, code: string, env: NodeJS.ProcessEnv, setting: string | undefined]>([
    ['through the proxy of https', 'https://a.test', 'ECONNREFUSED', both, 'https_proxy'],
    ['through the proxy of http', 'http://a.test', 'ENOTFOUND', both, 'HTTP_PROXY'],
    [
      'through that of http for want of another',
      'https://a.test',
      'ECONNREFUSED',
      { HTTP_PROXY: 'http://p.test' },
      'HTTP_PROXY',
    ],
    ['without a proxy', 'https://a.test', 'ECONNREFUSED', {}, undefined],
    [
      'of a host that is asked directly',
      'https://a.test',
      'ECONNREFUSED',
      { ...both, NO_PROXY: 'a.test' },
      undefined,
    ],
    [
      'of a part of a domain that is asked directly',
      'https://b.a.test',
      'ECONNREFUSED',
      { ...both, no_proxy: 'x, .a.test' },
      undefined,
    ],
    ['to this machine', 'http://127.0.0.1:9', 'ECONNREFUSED', both, undefined],
    ['after it was made', 'https://a.test', 'ECONNRESET', both, undefined],
  ])('is laid to the proxy only where it is the cause: %s', (_, url, code, env, setting) => {
    const found = deadProxy(url, code, env);
    expect(found?.setting).toBe(setting);
    expect(JSON.stringify(found ?? '')).not.toContain('secret');
  });
});

/** A proxy that answers for every host itself, as a provider whose key may look at tasks and pay for none. */
async function startProxy() {
  const asked: string[] = [];
  const refuse = (host: string | undefined) => (request: IncomingMessage, response: ServerResponse) => {
    asked.push(`${request.method} ${host ?? request.url}`);
    const looks = request.method === 'GET' && request.headers.authorization !== undefined;
    const [status, message] = looks ? [404, 'no such task'] : [401, 'no such key'];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ message }));
  };
  const server = createServer(refuse(undefined));
  server.on('connect', (request, socket) => {
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    const behind = createServer(refuse(request.url));
    behind.emit('connection', socket);
  });
  const { url, close } = await listenOnLoopback(server, 0);
  onTestFinished(close);
  return { url, asked };
}

test('music is asked for through the proxy at its provider, and nothing of this machine', async () => {
  const { home } = emptyHome();
  const { url, asked } = await startProxy();
  const ended = await spawned('generate', ['--model', 'chirp-v55', '--prompt', 'rain', '--yes', '--json'], {
    home,
    env: {
      PROVIDER_BASE_URL: 'http://provider.example.test',
      PROVIDER_API_KEY: 'key',
      HTTP_PROXY: url,
      HTTPS_PROXY: url,
      NODE_USE_ENV_PROXY: '1',
    },
  });
  expect(events(ended).at(-1)).toMatchObject({ event: 'session.failed', error: 'ProviderAuth' });
  // The command looks before it pays, and the function that pays goes the same way.
  expect(asked.map((request) => request.split(' ')[0])).toEqual(expect.arrayContaining(['GET', 'POST']));
  expect(asked.filter((request) => !request.includes('provider.example.test'))).toEqual([]);
}, 60_000);
