import { createServer } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { asPerson } from './bucket-behind-front.ts';
import { checkedBucket } from './checked-bucket.ts';

const { place, said } = checkedBucket();

describe('the endpoint', () => {
  const at = (endpoint: string) => {
    asPerson(endpoint);
    return said();
  };

  it('that refuses connections', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    await new Promise((resolve) => server.close(resolve));
    expect(await at(`http://127.0.0.1:${port}`)).toBe(
      `AWS_ENDPOINT_URL_S3: 127.0.0.1:${port} refuses connections. Is the service running, and is the port right?`,
    );
  });

  it.each(['GET', 'PUT', 'POST', 'DELETE'])('that never answers, not even once more: %s', async (method) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: false });
    try {
      place().faults((request) => (request.method === method ? 'silence' : undefined));
      const found = said();
      while (!place().seen.some((request) => request.method === method)) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      const ended = found.then(() => true);
      const seconds = { waited: 0 };
      while (!(await Promise.race([ended, new Promise((resolve) => setImmediate(resolve))]))) {
        await vi.advanceTimersByTimeAsync(1000);
        seconds.waited++;
      }
      expect(await found).toMatch(
        /^AWS_ENDPOINT_URL_S3: \[::1\]:\d+ sent nothing for 20 s\. Is the service running/,
      );
      // The doctor leaves a check after 35.
      expect(seconds.waited).toBeLessThan(35);
    } finally {
      vi.useRealTimers();
    }
  });

  it('behind a proxy that is not there: the proxy is named', async () => {
    vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:1');
    vi.stubEnv('NO_PROXY', '');
    asPerson('https://s3.example.test');
    expect(await said({ fetch: failing('ECONNREFUSED') })).toMatch(
      /^HTTPS_PROXY: s3\.example\.test could not be asked: the proxy 127\.0\.0\.1:1, which HTTPS_PROXY names/,
    );
  });

  it('that has no such host', async () => {
    expect(await said({ fetch: failing('ENOTFOUND') })).toMatch(
      /^AWS_ENDPOINT_URL_S3: There is no host \[::1\]:\d+\./,
    );
  });

  it.each([
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'CERT_HAS_EXPIRED',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'ERR_SSL_WRONG_VERSION_NUMBER',
  ])('with TLS that fails: %s', async (code) => {
    expect(await said({ fetch: failing(code) })).toMatch(
      new RegExp(`The TLS connection to .* failed \\(${code}\\)\\. The provider would refuse it, too`),
    );
  });

  it('with a certificate that is newer than the clock here', async () => {
    expect(await said({ fetch: failing('CERT_NOT_YET_VALID') })).toMatch(
      /^this machine's clock: By this machine's clock the certificate of .* is not valid yet\. If the clock is behind/,
    );
  });

  it('that speaks no TLS', async () => {
    const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    expect(await at(`https://127.0.0.1:${port}`)).toMatch(/The TLS connection to 127\.0\.0\.1:\d+ failed/);
    server.close();
  });

  it.each(['localhost:9000', '127.0.0.1:9000', 'ftp://127.0.0.1', 'http://'])(
    'that is no URL: %s',
    async (given) => {
      expect(await at(given)).toBe(
        'AWS_ENDPOINT_URL_S3: It is not an http(s) URL, as in https://s3.example.com.',
      );
    },
  );

  it('without TLS is refused before any request, unless the provider is on this machine', async () => {
    asPerson('http://s3.example.com');
    expect(await said({ provider: 'https://api.provider.example' })).toBe(
      'AWS_ENDPOINT_URL_S3: It begins with http://, and the audio would travel unencrypted: use https://.',
    );
  });

  it('at a port that fetch refuses', async () => {
    expect(await at('http://127.0.0.1:1')).toMatch(
      /^AWS_ENDPOINT_URL_S3: 127\.0\.0\.1:1 cannot be asked: bad port/,
    );
  });

  it('that is no S3 at all', async () => {
    place().faults(() => ({
      status: 404,
      headers: { 'content-type': 'text/html' },
      body: '<html>Not here</html>',
    }));
    expect(await said()).toMatch(
      /^AWS_ENDPOINT_URL_S3: \[::1\]:\d+ answered HTTP 404 \(text\/html\): "<html>Not here<\/html>"\. That is no answer of S3\. Check the URL/,
    );
  });

  it.each([
    [
      'a page that no parser of XML reads',
      404,
      'text/html',
      '<!DOCTYPE html>\n<p>Not <br> here</p>',
      '<!DOCTYPE html>',
    ],
    ['a page that refuses', 403, 'text/html', '<p>Not <br> you</p>', '<p>Not <br> you</p>'],
    ['a page that XML can read', 405, 'text/html', '<html>Only GET</html>', '<html>Only GET</html>'],
    ['a text of a proxy', 502, 'text/plain', 'bad gateway\n', 'bad gateway'],
    ['JSON of another API', 404, 'application/json', '{"message":"no route"}', '{"message":"no route"}'],
  ])('that is no S3: %s', async (_what, status, type, body, line) => {
    place().faults(({ method }) =>
      method === 'GET' ? undefined : { status, headers: { 'content-type': type }, body },
    );
    const words = await said();
    expect(words).toContain(`answered HTTP ${status} (${type}): "${line}". That is no answer of S3.`);
    expect(words).toMatch(/^AWS_ENDPOINT_URL_S3: /);
    expect(words).not.toMatch(/deserial|parse|s3:PutObject/i);
  });

  it('that answers everything, is no S3 either, and nothing is put there', async () => {
    place().faults(() => ({
      status: 200,
      headers: { 'content-type': 'text/html' },
      body: '<h1>It works</h1>',
    }));
    expect(await said()).toMatch(
      /answered HTTP 200 \(text\/html\): "<h1>It works<\/h1>"\. That is no answer/,
    );
    expect(place().requests()).toHaveLength(1);
  });

  it('in a private network is for a provider there, and for no other', async () => {
    const lookup = async (host: string) => (host === 'minio.lan' ? ['192.168.1.20'] : ['203.0.113.9']);
    const refused = async () => Promise.reject(Object.assign(new TypeError('x'), { code: 'ECONNREFUSED' }));
    for (const endpoint of ['http://192.168.1.20:9000', 'http://minio.lan:9000']) {
      asPerson(endpoint);
      const near = await said({ provider: 'http://10.0.0.7:8080', lookup, fetch: refused });
      expect(near).toMatch(/refuses connections/);
      const far = await said({ provider: 'https://api.provider.example', lookup, fetch: refused });
      expect(far).toMatch(/is in a private network, and api\.provider\.example cannot reach it/);
    }
  });

  it('on this machine, while the provider is elsewhere, is refused before any request', async () => {
    expect(await said({ provider: 'https://api.provider.example/v1' })).toMatch(
      /^AWS_ENDPOINT_URL_S3: \[::1\]:\d+ is on this machine, and api\.provider\.example cannot reach it\./,
    );
    asPerson('http://192.168.1.20:9000');
    expect(await said({ provider: 'https://api.provider.example' })).toMatch(
      /192\.168\.1\.20:9000 is in a private network/,
    );
    expect(place().requests()).toEqual([]);
  });
});

/** The connection fails with this code, as `fetch` puts it. */
const failing =
  (code: string): typeof fetch =>
  async () => {
    throw new TypeError('fetch failed', { cause: Object.assign(new Error('connect'), { code }) });
  };
