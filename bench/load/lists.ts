import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { localTokens } from '../../cli/tokens.ts';
import { sessionListAnswer } from '../../functions/api/contract/session.ts';
import type { Session } from '../../functions/domain/session.ts';
import type {
  SessionQuery,
  SessionWithTracks,
  WholeSessionStore,
} from '../../functions/domain/session-records.ts';
import { mapConcurrent } from '../../functions/shared/map-concurrent.ts';
import { encodePage } from '../../functions/storage/list-cursor.ts';
import { sessionRecordKey } from '../../functions/storage/record-keys.ts';
import { mostRead } from '../../functions/storage/session-list.ts';
import { createWholeSessionStore } from '../../functions/storage/whole-session-store.ts';
import type { TestFile } from '../../test-support/local-stack.ts';
import { apiUser } from './client.ts';
import { type MeasuredStack, startMeasuredStack } from './measured-stack.ts';
import { untilIdle } from './until-idle.ts';

/** One kind of request to the API, of an owner with so many sessions. */
export interface ListRun {
  readonly what: string;
  readonly sessions: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p95: number;
  /** Records that one request reads, and what DynamoDB counts for them. */
  readonly items: number;
  readonly units: number;
}

/** Sessions on a page, of which the smallest list has two: so all lists answer the same number. */
const limit = 5;
/** One of so many sessions has failed. */
const failedEvery = 20;
/** Items of one batch (documented: 25), and batches under way. */
const [perBatch, lanes] = [25, 4];

/** What is asked for. A page in the middle begins behind the session there. */
const queries: Readonly<Record<string, Omit<SessionQuery, 'limit'> & { readonly middle?: true }>> = {
  'the first page': {},
  'a page in the middle': { middle: true },
  'those of one kind': { kind: 'train' },
  'those that failed': { status: ['failed'] },
  'found by name': { search: 'night drive 7' },
  'the first page, with counts': { counts: true },
};
const oneSession = 'one session';

/**
 * Writes so many sessions for an owner each, all alike one that has run, and asks the API for lists and for one of them,
 * in turn, so that other work on this machine slows all of them.
 */
export async function measureLists(
  numbers: readonly number[],
  files: readonly TestFile[],
  { assembly, rounds, log }: { assembly: string; rounds: number; log: (line: string) => void },
): Promise<ListRun[]> {
  const home = mkdtempSync(path.join(tmpdir(), 'chirpsmith-load-'));
  const stack = await startMeasuredStack({ home, assembly, speed: 1, jumps: true });
  const { client, read } = countingClient(stack);
  const store = createWholeSessionStore({ client, tableName: stack.table, clock: Date.now });
  try {
    const user = apiUser(stack.ready);
    const sessionId = await user.upload(files);
    await user.start(sessionId);
    await untilIdle(stack);
    const model = await store.require(sessionId);

    const owners: Asked[] = [];
    for (const count of numbers) {
      const began = performance.now();
      const middle = await fill(client, stack.table, { store, model, owner: `owner of ${count}`, count });
      log(`${count} sessions written in ${((performance.now() - began) / 1000).toFixed(1)} s`);
      const tokens = localTokens(stack.ready, middle.owner);
      owners.push({ count, owner: middle.owner, middle, token: await tokens.current() });
    }
    const times = new Map<string, number[]>();
    for (let round = -1; round < rounds; round++) {
      for (const what of [...Object.keys(queries), oneSession]) {
        for (const asked of owners) {
          const key = `${what} ${asked.count}`;
          const took = await ask(stack, pathOf(what, asked), asked.token);
          // The first round loads the functions.
          if (round >= 0) times.set(key, [...(times.get(key) ?? []), took]);
        }
      }
    }
    const runs: ListRun[] = [];
    for (const what of [...Object.keys(queries), oneSession]) {
      for (const { count, owner, middle } of owners) {
        const sorted = (times.get(`${what} ${count}`) ?? []).toSorted((a, b) => a - b);
        const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
        const cost = await read(() =>
          what === oneSession
            ? store.readWithTracks(middle.sessionId, { limit: 1000 })
            : store.list(owner, queryOf(what, middle)),
        );
        runs.push({ what, sessions: count, p50: tenths(at(0.5)), p95: tenths(at(0.95)), ...cost });
      }
    }
    return runs;
  } finally {
    client.destroy();
    await stack.kill();
    rmSync(home, { recursive: true, force: true });
  }
}

/** What is read of a longer list beyond that of the shortest, where no filter or count looks further. */
export function grownLists(runs: readonly ListRun[]): string[] {
  return runs.flatMap(({ what, sessions, items, p50 }) => {
    const shortest = runs.find((run) => run.what === what);
    const looksFurther = queries[what] && Object.keys(queries[what]).some((field) => field !== 'middle');
    if (!shortest) return [];
    if (items > (looksFurther ? mostRead : shortest.items)) {
      return [`${what} of ${sessions}: ${items} records read, ${shortest.items} of ${shortest.sessions}.`];
    }
    // Twice the time is more than the noise of a busy machine.
    if (looksFurther || p50 <= 2 * shortest.p50) return [];
    return [
      `${what} of ${sessions}: ${p50.toFixed(0)} ms, ${shortest.p50.toFixed(0)} of ${shortest.sessions}.`,
    ];
  });
}

const tenths = (value: number) => Math.round(10 * value) / 10;

interface Asked {
  readonly count: number;
  readonly owner: string;
  readonly middle: Session;
  readonly token: string;
}

/** @returns the session in the middle of the list, which alone has tracks */
async function fill(
  client: DynamoDBDocumentClient,
  table: string,
  {
    store,
    model,
    owner,
    count,
  }: { store: WholeSessionStore; model: SessionWithTracks; owner: string; count: number },
): Promise<Session> {
  const newest = Date.parse(model.session.createdAt);
  const sessions = Array.from({ length: count }, (_, index): Session => {
    const status = (index + 1) % failedEvery === 0 ? 'failed' : 'ready';
    const createdAt = new Date(newest - 60_000 * index).toISOString();
    const name = `Night Drive ${index % 10}`;
    return { ...model.session, sessionId: randomUUID(), owner, createdAt, name, status };
  });
  const [middle] = sessions.splice(Math.floor(count / 2) - 1, 1);
  if (!middle) throw new Error('There is no session in the middle of none.');
  await store.create(
    middle,
    model.tracks.map((track) => ({ ...track, sessionId: middle.sessionId })),
  );
  const batches = Array.from({ length: Math.ceil(sessions.length / perBatch) }, (_, index) =>
    sessions.slice(perBatch * index, perBatch * (index + 1)),
  );
  await mapConcurrent(batches, lanes, (batch) => {
    const items = batch.map((one) => ({
      PutRequest: { Item: { ...sessionRecordKey(one.sessionId), ...one } },
    }));
    return client.send(new BatchWriteCommand({ RequestItems: { [table]: items } }));
  });
  return middle;
}

function queryOf(what: string, middle: Session): SessionQuery {
  const { middle: inTheMiddle, ...query } = queries[what] ?? {};
  const { sessionId, createdAt, owner } = middle;
  const cursor = encodePage({ ...sessionRecordKey(sessionId), createdAt }, owner);
  return { limit, ...query, ...(inTheMiddle && { cursor }) };
}

function pathOf(what: string, { middle }: Asked): string {
  if (what === oneSession) return `/sessions/${middle.sessionId}`;
  const fields = Object.entries(queryOf(what, middle)).map(([field, value]) => [field, String(value)]);
  return `/sessions?${new URLSearchParams(Object.fromEntries(fields))}`;
}

/** @returns milliseconds until the whole answer is there */
async function ask({ ready }: MeasuredStack, path: string, token: string): Promise<number> {
  const began = performance.now();
  const response = await fetch(ready.api + path, { headers: { authorization: `Bearer ${token}` } });
  const answer: unknown = await response.json();
  const took = performance.now() - began;
  if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${JSON.stringify(answer)}`);
  if (path.startsWith('/sessions?')) sessionListAnswer.parse(answer);
  return took;
}

const queryShape = z.object({
  Items: z.array(z.unknown()),
  ConsumedCapacity: z.object({ CapacityUnits: z.number() }),
});

/** A client of the stack's table that adds up what its queries read. */
function countingClient({ ready }: Pick<MeasuredStack, 'ready'>) {
  const { aws: endpoint, region, adminKey: credentials } = ready;
  const client = new DynamoDBClient({ endpoint, region, credentials });
  let [items, units] = [0, 0];
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName !== 'QueryCommand') return next(args);
        const input = Object.assign(args.input, { ReturnConsumedCapacity: 'TOTAL' });
        const result = await next({ ...args, input });
        const { Items, ConsumedCapacity } = queryShape.parse(result.output);
        items += Items.length;
        units += ConsumedCapacity.CapacityUnits;
        return result;
      },
    { step: 'initialize' },
  );
  return {
    client: DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }),
    async read(work: () => Promise<unknown>) {
      [items, units] = [0, 0];
      await work();
      return { items, units };
    },
  };
}
