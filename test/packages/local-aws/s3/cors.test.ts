import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createUploadUrls } from '../../../../functions/storage/upload-urls.ts';
import { bucket, codeOf, send, sha256, startBucket } from '../../../../test-support/s3-bucket.ts';

let stand: Awaited<ReturnType<typeof startBucket>>;
beforeAll(async () => {
  stand = await startBucket({
    corsRules: [
      {
        origins: ['https://*.example.com', 'http://localhost:5173'],
        methods: ['PUT', 'GET'],
        headers: ['content-*', 'X-Amz-Checksum-Sha256'],
        exposed: ['ETag'],
      },
      { origins: ['*'], methods: ['HEAD'], headers: [], exposed: [] },
    ],
  });
});
afterAll(() => stand.stop());

const preflight = (origin: string, method: string, headers?: string) =>
  send(`${stand.url}/${bucket}/audio/1`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method,
      ...(headers ? { 'access-control-request-headers': headers } : {}),
    },
  });

describe('a preflight', () => {
  it('is allowed by the rule for its origin, method and headers, without a signature', async () => {
    const answer = await preflight('https://app.example.com', 'PUT', 'Content-Type, x-amz-checksum-sha256');
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example.com',
      'access-control-allow-methods': 'PUT, GET',
      'access-control-allow-headers': 'content-type, x-amz-checksum-sha256',
      'access-control-expose-headers': 'ETag',
      vary: expect.stringContaining('Origin'),
    });
  });

  it('is allowed to anyone where the rule says so', async () => {
    const answer = await preflight('https://elsewhere.test', 'HEAD');
    expect(answer.headers['access-control-allow-origin']).toBe('*');
  });

  it.each([
    ['origin', 'https://example.com.evil.test', 'PUT', undefined],
    ['method', 'https://app.example.com', 'DELETE', undefined],
    ['header', 'https://app.example.com', 'PUT', 'authorization'],
  ])('of another %s is refused', async (_what, origin, method, headers) => {
    const answer = await preflight(origin, method, headers);
    expect([answer.status, codeOf(answer)]).toEqual([403, 'AccessForbidden']);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('an upload from a page', () => {
  it('may be read by its origin, also when it is refused', async () => {
    const client = stand.connect();
    const file = { key: 'audio/1', size: 3, sha256: sha256('abc') };
    const { url, headers } = await createUploadUrls({ client, bucket, minutes: 1 }).put(file);
    for (const [body, status] of [
      ['abc', 200],
      ['xyz', 400],
    ] as const) {
      const answer = await send(url, {
        method: 'PUT',
        headers: { ...headers, 'content-length': '3', origin: 'http://localhost:5173' },
        body,
      });
      expect(answer.status).toBe(status);
      expect(answer.headers['access-control-allow-origin']).toBe('http://localhost:5173');
    }
  });
});
