import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Issuer, startIssuer } from '../../../packages/local-aws/issuer.ts';

const issuer = 'https://issuer.example';

let directory: string;
let running: Issuer;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'issuer-'));
  running = await startIssuer({ port: 0, directory, issuer, audience: 'people' });
});
afterAll(async () => {
  await running.close();
  await rm(directory, { recursive: true });
});

const requestToken = async (body?: string) => {
  const response = await fetch(`${running.url}/token`, {
    method: 'POST',
    ...(body !== undefined && { body }),
  });
  return { status: response.status, body: Object(await response.json()) };
};

test('a token verifies against the keys that discovery points at, for twelve hours', async () => {
  const discovery = Object(await (await fetch(`${running.url}/.well-known/openid-configuration`)).json());
  expect(discovery).toMatchObject({ issuer, token_endpoint: `${running.url}/token` });
  const { status, body } = await requestToken('{"subject":"ana"}');
  expect(status).toBe(200);
  expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 43_200 });
  const keys = createRemoteJWKSet(new URL(discovery.jwks_uri));
  const { payload } = await jwtVerify(body.access_token, keys, { issuer, audience: 'people' });
  expect(payload.sub).toBe('ana');
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(43_200);
});

test('without a subject, the token is for "local"', async () => {
  const { body } = await requestToken();
  expect(decodeJwt(body.access_token).sub).toBe('local');
});

test.each(['{"subjct":"ana"}', '{"subject":""}', 'subject=ana', '[]'])(
  'refuses the body %s',
  async (sent) => {
    expect(await requestToken(sent)).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  },
);

test('publishes no private part of the key, and keeps the key for its owner only', async () => {
  const published = await (await fetch(`${running.url}/.well-known/jwks.json`)).json();
  expect(published).toEqual(running.keys);
  expect(Object.keys(running.keys.keys[0] ?? {}).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  const { mode } = await stat(join(directory, 'issuer-key.json'));
  expect(mode & 0o777).toBe(0o600);
});

test('keeps its key between starts, so that tokens stay valid', async () => {
  const again = await startIssuer({ port: 0, directory, issuer, audience: 'people' });
  await again.close();
  expect(again.keys).toEqual(running.keys);
});

test('without an issuer from the template, its own address is the issuer', async () => {
  const plain = await startIssuer({ port: 0, directory });
  const { iss } = decodeJwt(await plain.token('ana'));
  await plain.close();
  expect(iss).toBe(plain.url);
});

test('lets pages of the origins that it is given sign people in, and no other', async () => {
  const page = 'http://127.0.0.1:4575';
  const open = await startIssuer({ port: 0, directory, allowsOrigin: (origin) => origin === page });
  const ask = async (origin: string) => {
    const headers = { origin };
    const described = await fetch(`${open.url}/.well-known/openid-configuration`, { headers });
    const asked = await fetch(`${open.url}/token`, { method: 'POST', headers, body: new URLSearchParams() });
    return [described.headers.get('access-control-allow-origin'), asked.status];
  };
  expect(await ask(page)).toEqual([page, 400]);
  expect(await ask('https://evil.example')).toEqual([null, 403]);
  await open.close();
});
