import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { base64url, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { matchRoute } from '../../../packages/local-aws/api-gateway/routes.ts';
import { startApiGateway } from '../../../packages/local-aws/api-gateway.ts';
import type { HttpApi } from '../../../packages/local-aws/assembly.ts';
import { type Issuer, startIssuer } from '../../../packages/local-aws/issuer.ts';
import { LambdaError } from '../../../packages/local-aws/lambda/lambda-error.ts';
import type { Invoker } from '../../../packages/local-aws/lambda.ts';

const issuer = 'https://issuer.example';
const functionArn = 'arn:aws:lambda:us-east-1:123456789012:function:work';
const authorizer = { issuer, audience: ['people', 'robots'] };
const route = (key: string, protectedBy: HttpApi['routes'][number]['authorizer'] = undefined) => ({
  key,
  functionArn,
  authorizer: protectedBy,
});
const api: HttpApi = {
  id: 'api1',
  name: 'api',
  cors: {
    origins: ['http://localhost:5173'],
    methods: ['GET', 'POST'],
    headers: ['authorization'],
    exposed: ['retry-after'],
    maxAgeSeconds: 600,
  },
  stages: ['api'],
  routes: [
    route('GET /sessions/{id}'),
    route('GET /sessions/latest'),
    route('POST /sessions'),
    route('GET /mine', authorizer),
  ],
};

let directory: string;
let tokens: Issuer;
let gateway: { url: string; close(): Promise<void> };
let work: (event: unknown) => unknown;
const invocations: { functionArn: string; event: unknown; by: Invoker }[] = [];
const errors: unknown[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gateway-'));
  tokens = await startIssuer({ port: 0, directory, issuer, audience: 'people' });
  gateway = await startApiGateway({
    port: 0,
    api,
    issuer: tokens,
    onError: (error) => errors.push(error),
    lambda: {
      invoke: async (arn, event, by) => {
        invocations.push({ functionArn: arn, event, by });
        return work(event);
      },
    },
  });
});
afterAll(async () => {
  await gateway.close();
  await tokens.close();
  await rm(directory, { recursive: true });
});
beforeEach(() => {
  work = () => ({ statusCode: 200 });
  invocations.length = 0;
  errors.length = 0;
});

const call = (path: string, init: RequestInit = {}) => fetch(`${gateway.url}${path}`, init);
const lastEvent = () => Object(invocations.at(-1)?.event);

test('a request reaches its function in payload format 2.0, invoked on behalf of its route', async () => {
  await call('/sessions/a%2Fb%20%C3%BC?tag=x&tag=y&q=%26', { headers: { 'X-Odd': '1', cookie: 'a=1; b=2' } });
  expect(invocations).toHaveLength(1);
  expect(invocations[0]).toMatchObject({
    functionArn,
    by: {
      principal: 'apigateway.amazonaws.com',
      sourceArn: 'arn:aws:execute-api:us-east-1:123456789012:api1/$default/GET/sessions/{id}',
    },
    event: {
      version: '2.0',
      routeKey: 'GET /sessions/{id}',
      rawPath: '/sessions/a/b ü',
      rawQueryString: 'tag=x&tag=y&q=%26',
      queryStringParameters: { tag: 'x,y', q: '&' },
      pathParameters: { id: 'a/b ü' },
      headers: { 'x-odd': '1' },
      cookies: ['a=1', 'b=2'],
      isBase64Encoded: false,
      requestContext: {
        accountId: '123456789012',
        apiId: 'api1',
        stage: '$default',
        http: { method: 'GET', sourceIp: '127.0.0.1' },
      },
    },
  });
  expect(lastEvent()).not.toHaveProperty('body');
  expect(lastEvent().headers).not.toHaveProperty('cookie');
  expect(lastEvent().requestContext).not.toHaveProperty('authorizer');
});

test('a fixed path goes before one with a parameter', async () => {
  await call('/sessions/latest');
  expect(lastEvent().routeKey).toBe('GET /sessions/latest');
});

test.each(['/sessions/latest', '/api/sessions/latest'])(
  '%s is one route: a stage is no part of it',
  async (path) => {
    await call(path);
    expect(lastEvent().routeKey).toBe('GET /sessions/latest');
  },
);

test.each([
  ['application/json', '{"a":"ü"}', false],
  ['text/plain; charset=utf-8', 'ü', false],
  ['application/problem+json', '{}', false],
  ['application/octet-stream', 'ü', true],
  ['application/x-www-form-urlencoded', 'a=1', true],
])('a body of type %s arrives as it does from API Gateway', async (type, body, isBase64Encoded) => {
  await call('/sessions', { method: 'POST', headers: { 'content-type': type }, body });
  expect(lastEvent()).toMatchObject({
    isBase64Encoded,
    body: isBase64Encoded ? Buffer.from(body).toString('base64') : body,
  });
});

test('a body over 10 MB is refused before the function', async () => {
  const response = await call('/sessions', { method: 'POST', body: Buffer.alloc(10 * 1024 * 1024 + 1) });
  expect(response.status).toBe(413);
  expect(invocations).toEqual([]);
});

test.each([
  ['another path', 'GET', '/nowhere'],
  ['another method', 'DELETE', '/sessions/a'],
  ['a trailing slash', 'POST', '/sessions/'],
  ['an empty parameter', 'GET', '/sessions/'],
])('%s is not found', async (_, method, path) => {
  const response = await call(path, { method });
  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({ message: 'Not Found' });
  expect(invocations).toEqual([]);
});

test('an answer with a status keeps its headers, cookies and bytes', async () => {
  work = () => ({
    statusCode: 201,
    headers: { 'Content-Type': 'image/png', 'Retry-After': 5 },
    cookies: ['a=1', 'b=2'],
    body: Buffer.from([0, 255]).toString('base64'),
    isBase64Encoded: true,
  });
  const response = await call('/sessions/a');
  expect(response.status).toBe(201);
  expect(response.headers.get('content-type')).toBe('image/png');
  expect(response.headers.get('retry-after')).toBe('5');
  expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.from([0, 255]));
});

test('an answer without a status is the body of a 200', async () => {
  work = () => ({ sessions: [] });
  const response = await call('/sessions/a');
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(await response.json()).toEqual({ sessions: [] });
});

test.each<[string, () => unknown]>([
  ['a function that failed', () => Promise.reject(new LambdaError('TypeError', 'no details for strangers'))],
  ['a body that is no text', () => ({ statusCode: 200, body: { a: 1 } })],
  ['a status that is no number', () => ({ statusCode: 'fine' })],
])('%s is a 500 without details', async (_, answer) => {
  work = answer;
  const response = await call('/sessions/a');
  expect(response.status).toBe(500);
  expect(await response.text()).toBe('{"message":"Internal Server Error"}');
  expect(errors).toHaveLength(1);
});

const now = () => Math.floor(Date.now() / 1000);
const forged = async (): Promise<string> => {
  const { privateKey } = await generateKeyPair('RS256');
  return new SignJWT({ iss: issuer, aud: 'people', sub: 'ana', exp: now() + 60 })
    .setProtectedHeader({ alg: 'RS256', kid: String(tokens.keys.keys[0]?.kid) })
    .sign(privateKey);
};
const sharedSecret = (): Promise<string> =>
  new SignJWT({ iss: issuer, aud: 'people', sub: 'ana', exp: now() + 60 })
    .setProtectedHeader({ alg: 'HS256', kid: String(tokens.keys.keys[0]?.kid) })
    .sign(base64url.decode(String(tokens.keys.keys[0]?.n)));
const changed = async (): Promise<string> => {
  const [header, , signature] = (await tokens.token('ana')).split('.');
  const payload = base64url.encode(
    JSON.stringify({ iss: issuer, aud: 'people', sub: 'bea', exp: now() + 60 }),
  );
  return `${header}.${payload}.${signature}`;
};
const unsigned = async () =>
  new UnsecuredJWT({ sub: 'ana' }).setIssuer(issuer).setAudience('people').setExpirationTime('1h').encode();

test.each<[string, () => Promise<string> | undefined]>([
  ['no token', () => undefined],
  ['an empty token', async () => ''],
  ['something that is no token', async () => 'Bearer abc'],
  ['an expired token', () => tokens.token('ana', { exp: now() - 1 })],
  ['a token that never expires', () => tokens.token('ana', { exp: undefined })],
  ['a token that is not valid yet', () => tokens.token('ana', { nbf: now() + 60 })],
  ['a token from the future', () => tokens.token('ana', { iat: now() + 60 })],
  ['a token of another issuer', () => tokens.token('ana', { iss: 'https://other.example' })],
  ['a token for another audience', () => tokens.token('ana', { aud: 'others' })],
  ['a token for no audience', () => tokens.token('ana', { aud: undefined })],
  ['a token signed with another key', forged],
  ['a token signed with the public key as a secret', sharedSecret],
  ['a token with changed claims', changed],
  ['a token with alg none', unsigned],
])('%s gets 401', async (_, make) => {
  const token = await make();
  const response = await call('/mine', token === undefined ? {} : { headers: { authorization: token } });
  expect(response.status).toBe(401);
  expect(await response.json()).toEqual({ message: 'Unauthorized' });
  expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
  expect(invocations).toEqual([]);
});

test.each<[string, () => Promise<string>]>([
  ['with Bearer', async () => `Bearer ${await tokens.token('ana')}`],
  ['without Bearer', () => tokens.token('ana')],
  ['for one of several audiences', () => tokens.token('ana', { aud: ['x', 'robots'] })],
  ['with client_id for aud', () => tokens.token('ana', { aud: undefined, client_id: 'robots' })],
])('a good token %s hands its claims to the function as strings', async (_, make) => {
  const response = await call('/mine', { headers: { authorization: await make() } });
  expect(response.status).toBe(200);
  expect(lastEvent().requestContext.authorizer.jwt).toMatchObject({
    claims: { iss: issuer, sub: 'ana', exp: expect.stringMatching(/^\d+$/) },
  });
});

test('preflight is answered from the template, for its origins only', async () => {
  const preflight = (origin: string) =>
    call('/mine', { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'GET' } });
  const allowed = await preflight('http://localhost:5173');
  expect(allowed.status).toBe(204);
  expect(Object.fromEntries(allowed.headers)).toMatchObject({
    'access-control-allow-origin': 'http://localhost:5173',
    'access-control-allow-methods': 'GET,POST',
    'access-control-allow-headers': 'authorization',
    'access-control-max-age': '600',
  });
  const refused = await preflight('https://evil.example');
  expect(refused.headers.get('access-control-allow-origin')).toBeNull();
});

describe('an API whose $default route wants a token', () => {
  const preflightOf = async (routes: HttpApi['routes']) => {
    const lambda = {
      invoke: async () => ({ statusCode: 204, headers: { 'access-control-allow-origin': '*' } }),
    };
    const guarded = await startApiGateway({ port: 0, api: { ...api, routes }, issuer: tokens, lambda });
    try {
      const headers = { origin: 'http://localhost:5173', 'access-control-request-method': 'GET' };
      return await fetch(`${guarded.url}/sessions/7`, { method: 'OPTIONS', headers });
    } finally {
      await guarded.close();
    }
  };

  test('answers a preflight 401, because $default catches OPTIONS', async () => {
    const response = await preflightOf([...api.routes, route('$default', authorizer)]);
    expect(response.status).toBe(401);
  });

  test('lets a preflight through by an OPTIONS /{proxy+} route without an authorizer, with its own CORS headers', async () => {
    const response = await preflightOf([route('OPTIONS /{proxy+}'), route('$default', authorizer)]);
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('http://localhost:5173');
    expect(response.headers.get('access-control-allow-methods')).toBe('GET,POST');
  });
});

test('a greedy {proxy+} takes the rest of a path, after every route that is more exact', () => {
  const routes = [route('GET /{proxy+}'), route('GET /sessions/{rest+}'), ...api.routes];
  expect(matchRoute(routes, 'GET', '/sessions/7')?.route.key).toBe('GET /sessions/{id}');
  expect(matchRoute(routes, 'GET', '/a/b%2Fc')).toMatchObject({
    route: { key: 'GET /{proxy+}' },
    parameters: { proxy: 'a/b/c' },
  });
  expect(matchRoute(routes, 'GET', '/')).toBeUndefined();
});

test("the API's CORS headers replace the function's, on errors too", async () => {
  work = () => ({ statusCode: 200, headers: { 'Access-Control-Allow-Origin': '*' } });
  const from = (origin: string, path = '/sessions/a') => call(path, { headers: { origin } });
  const allowed = await from('http://localhost:5173');
  expect(allowed.headers.get('access-control-allow-origin')).toBe('http://localhost:5173');
  expect(allowed.headers.get('access-control-expose-headers')).toBe('retry-after');
  const refused = await from('https://evil.example');
  expect(refused.headers.get('access-control-allow-origin')).toBeNull();
  const unauthorized = await from('http://localhost:5173', '/mine');
  expect(unauthorized.status).toBe(401);
  expect(unauthorized.headers.get('access-control-allow-origin')).toBe('http://localhost:5173');
});

test('routes for tokens of an issuer that is not here stop the start', async () => {
  const other = { ...api, routes: [route('GET /', { ...authorizer, issuer: 'https://other.example' })] };
  const started = startApiGateway({
    port: 0,
    api: other,
    issuer: tokens,
    lambda: { invoke: async () => undefined },
  });
  await expect(started).rejects.toThrow('GET / wants tokens of https://other.example');
});

test('$default takes what no other route takes, and nothing else', () => {
  const matched = (method: string, path: string) =>
    matchRoute([route('$default'), ...api.routes], method, path)?.route.key;
  expect(matched('GET', '/sessions/7')).toBe('GET /sessions/{id}');
  expect(matched('PATCH', '/sessions/7')).toBe('$default');
  expect(matched('GET', '/sessions/7/')).toBe('$default');
  expect(matchRoute(api.routes, 'PATCH', '/sessions/7')).toBeUndefined();
});
