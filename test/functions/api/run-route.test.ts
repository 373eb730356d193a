import type { APIGatewayProxyEventV2WithJWTAuthorizer, Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ApiRequest } from '../../../functions/api/request.ts';
import { routeOf } from '../../../functions/api/routes.ts';
import { type RouteAnswer, runRoute } from '../../../functions/api/run-route.ts';
import { ChirpsmithError } from '../../../functions/shared/errors.ts';

describe('a route', () => {
  type Work = (request: ApiRequest) => Promise<RouteAnswer>;
  const send = async (name: string, work: Work, sent: object = {}, schema: z.ZodType = z.unknown()) => {
    const requestContext = { authorizer: { jwt: { claims: { sub: 'ana' } } } };
    const headers = { 'content-type': 'application/json' };
    const request = { requestContext, headers, isBase64Encoded: false, ...sent };
    const event = request as unknown as APIGatewayProxyEventV2WithJWTAuthorizer;
    const route = routeOf(name);
    const body = route.body && { ...route.body, schema };
    const spec = { ...route, ...(body && { body }), uses: [] } as const;
    const handler = runRoute<typeof spec>(spec, work, {});
    const answer = await handler(event, { awsRequestId: 'r' } as Context);
    return { ...answer, parsed: JSON.parse(answer.body ?? 'null') as unknown };
  };
  const invoke = (work: Work, body?: string, schema?: z.ZodType) =>
    send('POST /sessions', work, { body }, schema);
  const done: Work = async () => ({ status: 200, body: {} });
  const untouched: Work = () => Promise.reject(new Error('not to be called'));

  it.each([
    ['BadInput', 400],
    ['SessionNotFound', 404],
    ['RecordConflict', 409],
    ['StorageUnavailable', 503],
    ['AccessDenied', 500],
    ['Unexpected', 500],
  ] as const)('answers %s with %s as problem details', async (name, status) => {
    const answer = await invoke(() => Promise.reject(new ChirpsmithError(name, 'the detail')));
    expect(answer).toMatchObject({
      statusCode: status,
      headers: { 'content-type': 'application/problem+json' },
    });
    expect(answer.parsed).toMatchObject({ type: `urn:chirpsmith:error:${name}`, status });
  });

  it('keeps to itself what went wrong inside', async () => {
    const answer = await invoke(() => Promise.reject(new Error('secret at 10.0.0.7')));
    expect(answer.body).not.toContain('secret');
    expect(answer.statusCode).toBe(500);
  });

  it('says that a body is not JSON, and names what does not fit its schema', async () => {
    expect(await invoke(async () => ({ status: 200, body: {} }), '{"name":')).toMatchObject({
      statusCode: 400,
    });
    const strict = z.strictObject({ a: z.strictObject({ b: z.array(z.number()) }) });
    const answer = await invoke(untouched, '{"a":{"b":[1,"x"],"c":1}}', strict);
    expect(answer.parsed).toMatchObject({ problems: [{ where: 'a.b[1]' }, { where: 'a.c' }] });
  });

  it.each([
    ['a byte too many', { body: `"${'x'.repeat(256 * 1024 - 1)}"` }, 413],
    ['too many of them in base64', { body: 'A'.repeat(400_000), isBase64Encoded: true }, 413],
    ['a form', { body: 'name=x', headers: { 'content-type': 'application/x-www-form-urlencoded' } }, 415],
    ['no type', { body: '{}', headers: {} }, 415],
    ['a type that only begins so', { body: '{}', headers: { 'content-type': 'application/jsonp' } }, 415],
    ['a parameter that it does not know', { queryStringParameters: { dry: '1' } }, 400],
  ])('refuses %s before the work begins', async (_, sent, status) => {
    const answer = await send('POST /sessions', untouched, sent);
    expect(answer.statusCode).toBe(status);
    expect(answer.parsed).toMatchObject({ status, type: 'urn:chirpsmith:error:BadInput' });
  });

  it('takes JSON in base64, with a charset, and up to the last byte', async () => {
    const body = Buffer.from(`"${'x'.repeat(256 * 1024 - 2)}"`).toString('base64');
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    const answer = await send('POST /sessions', done, { body, headers, isBase64Encoded: true });
    expect(answer.statusCode).toBe(200);
  });

  it('reports the problems of query and body at once', async () => {
    const sent = { queryStringParameters: { dry: '1' }, body: '{"a":1}' };
    const answer = await send('POST /sessions', untouched, sent, z.strictObject({ b: z.string() }));
    expect(answer).toMatchObject({
      statusCode: 400,
      parsed: { problems: [{ where: 'dry' }, { where: 'b' }, { where: 'a' }] },
    });
  });

  it('hands the work what the schemas make of query and body', async () => {
    const seen: unknown[] = [];
    const work: Work = async ({ query, body }) => {
      seen.push({ query, body });
      return { status: 200, body: {} };
    };
    await send('GET /sessions', work, { queryStringParameters: { limit: '7' } });
    await send('GET /sessions', work);
    await invoke(work, '{}', z.object({ tags: z.string().default('none') }));
    const pathParameters = { id: '0b0e7ae6-8a52-4a62-9b83-7f3f0a5d1c11' };
    await send('POST /sessions/{id}/resume', work, { pathParameters });
    expect(seen).toEqual([
      { query: { limit: 7 } },
      { query: { limit: 25 } },
      { body: { tags: 'none' } },
      { body: {} },
    ]);
  });

  it('names what is sent to a route that takes nothing', async () => {
    const pathParameters = { id: '0b0e7ae6-8a52-4a62-9b83-7f3f0a5d1c11' };
    const start = (body: string) => send('POST /sessions/{id}/start', done, { body, pathParameters });
    expect((await start('{"name":"x"}')).parsed).toMatchObject({ problems: [{ where: 'name' }] });
    expect((await start('[1]')).parsed).toMatchObject({ problems: [{ where: 'body' }] });
    expect((await start('{}')).statusCode).toBe(200);
  });

  it.each([{ id: '..' }, { id: 'SESSION#1' }, { id: '0'.repeat(36) }, { id: '' }])(
    'looks for no record of %j',
    async (pathParameters) => {
      const answer = await send('GET /sessions/{id}', untouched, { pathParameters });
      expect(answer.parsed).toMatchObject({ status: 404, type: 'urn:chirpsmith:error:SessionNotFound' });
    },
  );

  it.each([{}, { sub: '' }, { sub: 'x'.repeat(256) }])(
    'refuses a token with the claims %j',
    async (claims) => {
      const answer = await send('GET /sessions', done, {
        requestContext: { authorizer: { jwt: { claims } } },
      });
      expect(answer.parsed).toMatchObject({ status: 403, title: 'The token has no subject' });
    },
  );

  it('lists fifty of a hundred thousand problems, and counts the rest', async () => {
    const body = JSON.stringify(Array.from({ length: 100_000 }, () => 0));
    const answer = await invoke(untouched, body, z.array(z.string()));
    expect(answer.parsed).toMatchObject({ detail: expect.stringContaining('99950 more') });
    expect(Object(answer.parsed).problems).toHaveLength(50);
    expect(answer.body?.length).toBeLessThan(10_000);
  });

  it('has no body where there is nothing to say', async () => {
    const pathParameters = { id: '0b0e7ae6-8a52-4a62-9b83-7f3f0a5d1c11' };
    const answer = await send('DELETE /sessions/{id}', async () => ({ status: 204 }), { pathParameters });
    expect(answer).toMatchObject({ statusCode: 204, headers: {} });
    expect(answer.body).toBeUndefined();
  });
});
