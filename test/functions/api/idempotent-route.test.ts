import { randomUUID } from 'node:crypto';
import { type GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { APIGatewayProxyEventV2WithJWTAuthorizer, Context } from 'aws-lambda';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import {
  type IdempotentAnswer,
  type IdempotentRequest,
  idempotentRoute,
} from '../../../functions/api/idempotent-route.ts';
import { routeOf } from '../../../functions/api/routes.ts';
import { ChirpsmithError } from '../../../functions/shared/errors.ts';
import { createRequestStore, type RequestStore } from '../../../functions/storage/request-store.ts';
import { openTable, testMoment } from '../../../test-support/session-records.ts';

let now = Date.parse(testMoment);
let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable(() => now);
});

type Work = (request: IdempotentRequest) => Promise<IdempotentAnswer>;
interface Sent {
  readonly key?: string | undefined;
  readonly body?: unknown;
  readonly subject?: string;
  readonly route?: string;
  readonly id?: string;
  readonly requests?: RequestStore;
  /** What the route admits; anything unless given. */
  readonly schema?: z.ZodType;
}

async function send(work: Work, sent: Sent = {}) {
  const { key, body = { name: 'x' }, subject = 'ana', route = 'POST /generations', id } = sent;
  const request = {
    requestContext: { authorizer: { jwt: { claims: { sub: subject } } } },
    headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { 'idempotency-key': key }) },
    isBase64Encoded: false,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(id === undefined ? {} : { pathParameters: { id } }),
  };
  const event = request as unknown as APIGatewayProxyEventV2WithJWTAuthorizer;
  const spec = { ...routeOf(route), body: { schema: sent.schema ?? z.unknown() } };
  const handler = idempotentRoute(spec, () => sent.requests ?? table.requests, work);
  const answer = await handler(event, { awsRequestId: 'r' } as Context);
  return { ...answer, parsed: JSON.parse(answer.body ?? 'null') as unknown };
}

/** Work that notes what it was asked, and answers with the id of the request. */
function noting(answer: () => void = () => {}) {
  const seen: IdempotentRequest[] = [];
  const work: Work = async (request) => {
    seen.push(request);
    answer();
    return { status: 202, body: { made: request.requestId }, outcome: { sessionId: request.requestId } };
  };
  return { seen, work };
}

describe('a route that takes an Idempotency-Key', () => {
  it('gives the same answer to the same request, and hands the work what came of the first', async () => {
    const { seen, work } = noting();
    const key = randomUUID();
    const first = await send(work, { key });
    expect(await send(work, { key })).toEqual(first);
    expect(seen.map(({ isRepeated, outcome }) => ({ isRepeated, outcome }))).toEqual([
      { isRepeated: false, outcome: undefined },
      { isRepeated: true, outcome: { sessionId: seen[0]?.requestId } },
    ]);
    expect(seen[1]?.requestId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it('does the work each time without a key', async () => {
    const { seen, work } = noting();
    await send(work);
    await send(work);
    expect(seen).toMatchObject([{ isRepeated: false }, { isRepeated: false }]);
    expect(seen[0]).not.toHaveProperty('requestId');
  });

  it('refuses the key with another body, or for another session, with 422; a new key, as it advises, does the work', async () => {
    const { seen, work } = noting();
    const key = randomUUID();
    const id = '0b0e7ae6-8a52-4a62-9b83-7f3f0a5d1c11';
    await send(work, { key });
    const other = await send(work, { key, body: { name: 'y' } });
    expect(other).toMatchObject({ statusCode: 422, headers: { 'content-type': 'application/problem+json' } });
    expect(Object(other.parsed).detail).toContain('send a new key');
    const resume = { key, body: {}, route: 'POST /sessions/{id}/resume', id } as const;
    await send(work, resume);
    const elsewhere = { ...resume, id: id.replace('0', '1') };
    expect((await send(work, elsewhere)).statusCode).toBe(422);
    expect(seen).toHaveLength(2);
    // As the response says: the same body with a new key is done, and the old key still gives what it made.
    expect((await send(work, { key: randomUUID(), body: { name: 'y' } })).statusCode).toBe(202);
    expect(seen).toMatchObject([{}, {}, { isRepeated: false }]);
    expect((await send(work, { key })).statusCode).toBe(202);
    expect(seen.at(-1)).toMatchObject({ isRepeated: true, requestId: seen[0]?.requestId });
  });

  it('takes the same body in another order of its fields for the same', async () => {
    const { work } = noting();
    const key = randomUUID();
    const first = await send(work, { key, body: '{"a":{"b":1,"c":[2]},"d":3}' });
    expect(await send(work, { key, body: '{ "d": 3, "a": { "c": [2], "b": 1 } }' })).toEqual(first);
    expect((await send(work, { key, body: '{"a":{"b":1,"c":[3]},"d":3}' })).statusCode).toBe(422);
  });

  it('keeps the keys of owners and routes apart', async () => {
    const { seen, work } = noting();
    const key = randomUUID();
    await send(work, { key });
    await send(work, { key, subject: 'bea' });
    await send(work, { key, route: 'POST /personas' });
    expect(seen.map(({ isRepeated }) => isRepeated)).toEqual([false, false, false]);
    expect(new Set(seen.map(({ requestId }) => requestId)).size).toBe(3);
  });

  it('answers 409 while the first request is being answered, and says when to repeat it', async () => {
    const key = randomUUID();
    const { seen, work } = noting();
    let second: unknown;
    const slow: Work = async (request) => {
      second = await send(work, { key });
      return { status: 202, body: {}, outcome: { sessionId: request.requestId } };
    };
    expect((await send(slow, { key })).statusCode).toBe(202);
    expect(second).toMatchObject({
      statusCode: 409,
      headers: { 'retry-after': '2' },
      parsed: { type: 'urn:chirpsmith:error:RecordConflict' },
    });
    expect(seen).toEqual([]);
  });

  it('goes on with a request whose function died, under the same id, once it cannot be running any more', async () => {
    const key = randomUUID();
    const { seen, work } = noting();
    let died: string | undefined;
    // Neither its answer nor its error is ever noted.
    const dead: RequestStore = { ...table.requests, end: async () => {}, forget: async () => {} };
    const dies: Work = async ({ requestId }) => {
      died = requestId;
      throw new Error('out of memory');
    };
    await send(dies, { key, requests: dead });
    now += 24_000;
    expect((await send(work, { key })).statusCode).toBe(409);
    now += 2_000;
    expect((await send(work, { key })).statusCode).toBe(202);
    expect(seen).toMatchObject([{ isRepeated: true, requestId: died }]);
    expect(seen[0]).not.toHaveProperty('outcome');
  });

  it('lets a request be repeated at once after an error', async () => {
    const key = randomUUID();
    const { seen, work } = noting();
    const failed = await send(() => Promise.reject(new ChirpsmithError('StorageUnavailable', 'Away.')), {
      key,
    });
    expect(failed.statusCode).toBe(503);
    expect((await send(work, { key, body: { name: 'y' } })).statusCode).toBe(422);
    expect((await send(work, { key })).statusCode).toBe(202);
    expect(seen).toMatchObject([{ isRepeated: true }]);
  });

  it('takes the key with a corrected body when the first could not be used', async () => {
    const key = randomUUID();
    const { seen, work } = noting();
    await send(() => Promise.reject(new ChirpsmithError('BadInput', 'No name.')), { key });
    expect((await send(work, { key, body: { name: 'corrected' } })).statusCode).toBe(202);
    expect(seen).toMatchObject([{ isRepeated: false }]);
  });

  it('takes the key with a corrected body when the spec did not admit the first', async () => {
    const key = randomUUID();
    const schema = z.object({ name: z.string() });
    const { seen, work } = noting();
    expect((await send(work, { key, schema, body: { name: 7 } })).statusCode).toBe(400);
    expect((await send(work, { key, schema, body: { name: 'seven' } })).statusCode).toBe(202);
    expect(seen).toMatchObject([{ isRepeated: false, body: { name: 'seven' } }]);
  });

  it('takes a repetition for the same request although another version of the schema adds a default', async () => {
    const key = randomUUID();
    const { work } = noting();
    await send(work, { key, schema: z.object({ name: z.string() }) });
    const schema = z.object({ name: z.string(), tags: z.string().default('none') });
    expect((await send(work, { key, schema })).statusCode).toBe(202);
  });

  it('knows a key for 24 hours after the response', async () => {
    const key = randomUUID();
    const { seen, work } = noting();
    await send(work, { key });
    now += 24 * 3_600_000 - 1000;
    await send(work, { key });
    now += 1000;
    await send(work, { key });
    expect(seen.map(({ isRepeated }) => isRepeated)).toEqual([false, true, false]);
  });

  it('recognises its own note when the response to the write is lost and the write is repeated', async () => {
    const { seen, work } = noting();
    const repeating = {
      send: async (command: PutCommand | GetCommand) => {
        if (command instanceof PutCommand) await table.client.send(command);
        return Reflect.apply(table.client.send, table.client, [command]);
      },
    };
    const client: typeof table.client = Object.assign(Object.create(null), repeating);
    const requests = createRequestStore({ client, tableName: 'sessions', clock: () => now });
    expect((await send(work, { key: randomUUID(), requests })).statusCode).toBe(202);
    expect(seen).toMatchObject([{ isRepeated: false }]);
  });

  it('answers although the outcome cannot be noted', async () => {
    const { work } = noting();
    const end = async () => {
      throw new ChirpsmithError('StorageUnavailable', 'Away.');
    };
    const requests = { ...table.requests, end };
    expect((await send(work, { key: randomUUID(), requests })).statusCode).toBe(202);
  });

  it.each(['', ' ', '""', 'x'.repeat(129), 'schlüssel', 'a\tb'])('refuses %j as a key', async (key) => {
    const { seen, work } = noting();
    const answer = await send(work, { key });
    expect(answer.statusCode).toBe(400);
    expect(answer.parsed).toMatchObject({ problems: [{ where: 'Idempotency-Key' }] });
    expect(seen).toEqual([]);
  });

  it('takes a key of 128 characters, and a quoted one for the same as without quotes', async () => {
    const { seen, work } = noting();
    const key = `${randomUUID()} `.repeat(4).slice(0, 128).trim().padEnd(128, 'x');
    await send(work, { key });
    await send(work, { key: `"${key}"` });
    expect(seen.map(({ isRepeated }) => isRepeated)).toEqual([false, true]);
  });
});
