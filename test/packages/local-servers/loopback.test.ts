import { request } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { refusalOf, serveOnLoopback } from '../../../packages/local-servers/loopback.ts';

const port = 4700;
const own = ['127.0.0.1:4700', 'localhost:4700', 'LocalHost:4700', '[::1]:4700'];
const allowed = (origin: string) => origin === 'https://app.example.com';

const status = (method: string, headers: Record<string, string>) =>
  refusalOf({ method, headers }, port, allowed)?.status;

describe('a server of the local stack', () => {
  it.each(own)('answers under %s', (host) => {
    expect(status('GET', { host })).toBeUndefined();
    expect(status('POST', { host })).toBeUndefined();
  });

  it.each([
    'evil.example',
    'evil.example:4700',
    '127.0.0.1',
    '127.0.0.1:4701',
    '127.0.0.1.evil.example:4700',
    'localhost.:4700',
    '0.0.0.0:4700',
    '',
  ])('does not answer as "%s", for any method', (host) => {
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'DELETE']) {
      expect(status(method, { host, origin: `http://${host}` })).toBe(421);
    }
  });

  it('does not answer where no host is named', () => {
    expect(status('GET', {})).toBe(421);
  });

  const host = '127.0.0.1:4700';
  it.each<[what: string, headers: Record<string, string>, answer: 403 | undefined]>([
    ['a program, which names no origin', {}, undefined],
    ['a page of its own', { origin: 'http://127.0.0.1:4700', 'sec-fetch-site': 'same-origin' }, undefined],
    ['a page of its own under another of its names', { origin: 'http://localhost:4700' }, undefined],
    ['a page that the template allows', { origin: 'https://app.example.com' }, undefined],
    [
      'a page that the template allows, from elsewhere',
      { origin: 'https://app.example.com', 'sec-fetch-site': 'cross-site' },
      undefined,
    ],
    ['an address that a person typed', { 'sec-fetch-site': 'none' }, undefined],
    ['a page from elsewhere', { origin: 'https://evil.example' }, 403],
    [
      'a page of another server here',
      { origin: 'http://127.0.0.1:3000', 'sec-fetch-site': 'same-site' },
      403,
    ],
    ['a page of its own name by https', { origin: 'https://127.0.0.1:4700' }, 403],
    ['a page without an origin', { origin: 'null' }, 403],
    ['a page that sends no Origin', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a page beside it that sends no Origin', { 'sec-fetch-site': 'same-site' }, 403],
  ])('lets %s change something, or refuses it', (_, headers, answer) => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      expect(status(method, { host, ...headers })).toBe(answer);
    }
    for (const method of ['GET', 'HEAD', 'OPTIONS']) {
      expect(status(method, { host, ...headers })).toBeUndefined();
    }
  });

  it('refuses before its handler sees the request, also one that waits for 100 Continue', async () => {
    let seen = 0;
    const server = await serveOnLoopback({ port: 0 }, (_, response) => {
      seen++;
      response.end();
    });
    onTestFinished(server.close);
    const send = (headers: Record<string, string>) =>
      new Promise<number | undefined>((resolve, reject) => {
        const sent = request(server.url, { method: 'POST', headers }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        sent.on('error', reject);
        if (headers.expect) sent.on('continue', () => sent.end('body'));
        else sent.end('body');
        sent.flushHeaders();
      });
    expect(await send({ host: 'evil.example' })).toBe(421);
    expect(await send({ host: 'evil.example', expect: '100-continue' })).toBe(421);
    expect(await send({ origin: 'https://evil.example', expect: '100-continue' })).toBe(403);
    expect(seen).toBe(0);
    expect(await send({ expect: '100-continue' })).toBe(200);
    expect(seen).toBe(1);
  });
});
