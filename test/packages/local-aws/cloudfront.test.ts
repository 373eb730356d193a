import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startCloudFront } from '../../../packages/local-aws/cloudfront.ts';
import { listenOnLoopback } from '../../../packages/local-servers/loopback.ts';

const headers = { 'content-security-policy': "default-src 'none'" };
const errors: unknown[] = [];
let api: { url: string; close(): Promise<void> };
let page: { url: string; close(): Promise<void> };

beforeAll(async () => {
  const server = createServer(async (request, response) => {
    const body = (await Array.fromAsync(request)).join('');
    response.writeHead(201, { 'content-type': 'application/json', 'retry-after': '3' });
    const { authorization, origin } = request.headers;
    response.end(JSON.stringify({ method: request.method, url: request.url, body, authorization, origin }));
  });
  api = await listenOnLoopback(server, 0);
  page = await startCloudFront({
    port: 0,
    distribution: {
      arn: 'arn',
      root: 'index.html',
      behaviors: [
        { pattern: '/api/*', origin: { api: 'one' }, methods: ['GET', 'POST'], headers },
        { pattern: '/gone/*', origin: { api: 'another' }, methods: ['GET'], headers },
        { pattern: undefined, origin: { bucket: 'files' }, methods: ['GET', 'HEAD'], headers },
      ],
    },
    apis: { one: api.url, another: 'http://127.0.0.1:1' },
    async readObject(bucket, key) {
      if (key === 'broken.js') throw new Error('The page could not be built.');
      if (key !== 'index.html') return undefined;
      return { body: Buffer.from(`${bucket}/${key}`), contentType: 'text/html', cacheControl: 'no-cache' };
    },
    onError: (error) => errors.push(error),
  });
});
afterAll(async () => {
  await page.close();
  await api.close();
});

describe('the distribution on this machine', () => {
  test('is its root object at /, with its headers', async () => {
    const answer = await fetch(page.url);
    expect(await answer.text()).toBe('files/index.html');
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      ...headers,
      'content-type': 'text/html',
      'cache-control': 'no-cache',
    });
    const head = await fetch(page.url, { method: 'HEAD' });
    expect(head.headers.get('content-length')).toBe('16');
  });

  test('answers 403 for a file that the bucket does not have, and for a method that the behavior does not take', async () => {
    expect((await fetch(`${page.url}/other.html`)).status).toBe(403);
    expect((await fetch(page.url, { method: 'POST' })).status).toBe(403);
  });

  test('sends what is below /api to the API, whole, and answers what it answers, with its own headers on top', async () => {
    const answer = await fetch(`${page.url}/api/sessions?limit=1`, {
      method: 'POST',
      headers: { authorization: 'Bearer t', origin: page.url },
      body: 'text',
    });
    expect(answer.status).toBe(201);
    expect(Object.fromEntries(answer.headers)).toMatchObject({ ...headers, 'retry-after': '3' });
    // The server of the page has looked at the origin; the API's own would not know it.
    expect(await answer.json()).toEqual({
      method: 'POST',
      url: '/api/sessions?limit=1',
      body: 'text',
      authorization: 'Bearer t',
    });
  });

  test('answers 502 where the API or the bucket does not answer, and tells why', async () => {
    expect((await fetch(`${page.url}/gone/x`)).status).toBe(502);
    expect((await fetch(`${page.url}/broken.js`)).status).toBe(502);
    expect(errors.map(String)).toEqual([
      expect.stringContaining('ECONNREFUSED'),
      'Error: The page could not be built.',
    ]);
  });

  test('lets no page of another origin change anything', async () => {
    const answer = await fetch(`${page.url}/api/sessions`, {
      method: 'POST',
      headers: { origin: 'https://evil.example' },
    });
    expect(answer.status).toBe(403);
  });
});
