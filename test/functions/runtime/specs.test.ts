import { globSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod';
import { routes } from '../../../functions/api/routes.ts';
import { type RouteAnswer, runRoute } from '../../../functions/api/run-route.ts';
import { runTask } from '../../../functions/runtime/run-task.ts';
import {
  type BodyOf,
  type Deps,
  defineRoute,
  defineState,
  folderOf,
  keyOf,
  type QueryOf,
  routeLambda,
} from '../../../functions/runtime/spec.ts';
import { states, triggers } from '../../../infra/specs.ts';

const state = defineState({
  name: 'Tell time',
  input: z.object({ sessionId: z.string() }),
  lambda: { timeoutSeconds: 1 },
  retry: 'never',
  uses: ['clock', 'sessions.read'],
});
const now = () => () => 'noon';
const store = () => ({
  requireSession: async () => Promise.reject(new Error('not asked for here')),
  requireTrack: async () => Promise.reject(new Error('not asked for here')),
});
const context = Object.assign(Object.create(null), { awsRequestId: 'r' });

describe('the compiler holds a function to its spec', () => {
  it('what is used must be declared', () => {
    const work = async (_: unknown, deps: Deps<typeof state>) => {
      deps.store.requireSession;
      // @ts-expect-error `sessions.update` is not declared
      deps.store.updateSession;
      // @ts-expect-error nothing of the provider is declared
      deps.provider;
      return deps.now();
    };
    expect(runTask(state, work, { now, store })).toBeTypeOf('function');
  });

  it('work that wants more than its spec declares is no work of it', () => {
    const greedy = async (_: unknown, { random }: { random: () => number }) => random();
    // @ts-expect-error `random` is not declared
    expect(runTask(state, greedy, { now, store })).toBeTypeOf('function');
  });

  it('a handler makes each thing that is declared, and no other', () => {
    const work = async () => undefined;
    // @ts-expect-error the store is missing
    runTask(state, work, { now });
    // @ts-expect-error `random` is not declared
    runTask(state, work, { now, store, random: () => Math.random });
    // @ts-expect-error a store that cannot read sessions
    runTask(state, work, { now, store: () => ({}) });
    expect(defineState).toBeTypeOf('function');
  });

  it('a spec can use only what there is', () => {
    // @ts-expect-error there is no such capability
    expect(defineState({ ...state, uses: ['sessions.steal'] }).uses).toHaveLength(1);
  });
});

describe('a route', () => {
  const route = defineRoute({
    name: 'Tell time',
    method: 'GET',
    path: '/times/{id}',
    summary: 'Tells the time',
    query: z.strictObject({ zone: z.coerce.number().default(0) }),
    body: { schema: z.object({ words: z.string().default('') }), optional: true },
    answer: {
      status: 202,
      description: 'The time.',
      schema: z.object({ at: z.string(), of: z.string() }),
      retryAfter: 7,
    },
    lambda: routeLambda,
    uses: ['clock'],
  });
  const answer = { body: { at: 'noon', of: 'x' } };
  const claims = { sub: 'ana' };
  const id = '00000000-0000-4000-8000-000000000000';
  const about = { headers: {}, pathParameters: { id }, requestContext: { authorizer: { jwt: { claims } } } };
  const event = Object.assign(Object.create(null), about);

  it('is answered with the status and the retry-after of its spec, unless the work says otherwise', async () => {
    const usual = runRoute(
      route,
      async (request, deps) => ({ body: { at: deps.now(), of: request.path.id } }),
      { now },
    );
    expect(await usual(event, context)).toMatchObject({
      statusCode: 202,
      headers: { 'retry-after': '7' },
      body: JSON.stringify({ at: 'noon', of: id }),
    });
    const other = runRoute(route, async () => ({ ...answer, status: 200, location: '/x', retryAfter: 3 }), {
      now,
    });
    expect(await other(event, context)).toMatchObject({
      statusCode: 200,
      headers: { location: '/x', 'retry-after': '3' },
    });
  });

  it('has query, body and answer of its schemas, and no others', () => {
    type Route = typeof route;
    expectTypeOf<QueryOf<Route>>().toEqualTypeOf<{ zone: number }>();
    expectTypeOf<BodyOf<Route>>().toEqualTypeOf<{ words: string }>();
    expectTypeOf<RouteAnswer<Route>['body']>().toEqualTypeOf<{ at: string; of: string }>();
    const isAnswered = async () => ({ body: { at: 'noon' } });
    // @ts-expect-error the answer has no `of`
    expect(runRoute(route, isAnswered, { now })).toBeTypeOf('function');
  });

  it('has no id in its path that no request is checked for', () => {
    // @ts-expect-error `sessionId` is no id of a path: it is `id`
    expect(defineRoute({ ...route, path: '/sessions/{sessionId}' }).path).toBe('/sessions/{sessionId}');
  });

  it('knows the ids of its path, and no other', async () => {
    const strange = runRoute(
      route,
      // @ts-expect-error there is no `trackId` in the path
      async (request) => ({ body: { at: '', of: request.path.trackId } }),
      { now },
    );
    expect(await strange(event, context)).toMatchObject({ body: '{"at":""}' });
  });

  it('has the words of its folder, and is listed once', async () => {
    const names = routes.map(folderOf);
    expect(names).toHaveLength(new Set(names).size);
    const folders = globSync('functions/api/*/route.ts').map((file) => file.split(path.sep).at(-2));
    expect([...names].sort()).toEqual(folders.sort());
  });
});

describe('a task', () => {
  const work = async ({ sessionId }: { sessionId: string }, deps: Deps<typeof state>) =>
    `${sessionId} ${deps.now()} ${Object.keys(deps).sort()}`;
  const handler = runTask(state, work, { now, store });

  it('is given its parsed input and what its spec uses', async () => {
    expect(await handler({ sessionId: 's', other: 1 }, context)).toBe('s noon now,store');
  });

  it('refuses other input by the name of the field', async () => {
    await expect(handler({ session: 's' }, context)).rejects.toMatchObject({
      name: 'BadInput',
      message: expect.stringContaining('The input of "Tell time" cannot be used.'),
      problems: [{ where: 'sessionId', message: expect.any(String) }],
    });
  });

  it('is made of the whole event where the spec says so', async () => {
    const execution = { Id: 'arn:aws:states:us-east-1:1:execution:m:e', Name: 'e' };
    const input = z.object({ execution: z.object({ Name: z.string() }) });
    const whole = runTask({ ...state, input, wholeEvent: true }, async (event) => event, { now, store });
    expect(await whole({ execution, input: { sessionId: 's' } }, context)).toEqual({
      execution: { Name: 'e' },
    });
  });
});

describe('the specs of states and triggers', () => {
  it('are found by their folders, which have the same words', () => {
    expect(states.map(folderOf)).toEqual(expect.arrayContaining(['check-upload', 'enough-clips']));
    expect(triggers.map(folderOf)).toEqual(['send-webhook', 'start-from-manifest', 'sweep']);
    expect(keyOf({ name: 'Enough clips?' })).toBe('enoughClips');
  });

  it('only those that are never repeated can make a call that costs', () => {
    const costly = states.filter(({ uses }) =>
      uses.some((name) => name === 'provider.create' || name === 'music.request'),
    );
    expect(costly.map(({ name, retry }) => `${name}: ${retry}`).sort()).toEqual([
      'Create model: never',
      'Request music: never',
    ]);
  });
});
