import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DynamoTable } from '../../../functions/storage/dynamo-table.ts';
import { decodePage } from '../../../functions/storage/list-cursor.ts';
import { listSessions } from '../../../functions/storage/session-list.ts';
import { createWholeSessionStore } from '../../../functions/storage/whole-session-store.ts';
import { openTable, recordSession, testMoment } from '../../../test-support/session-records.ts';
import { openBothTables } from '../../../test-support/tables/both-tables.ts';

let now = Date.parse(testMoment);
let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable(() => now, openBothTables);
});
afterAll(() => table.close());

describe('the session store', () => {
  it('gives back what was written, tracks in the order of declaration', async () => {
    const { session, tracks } = await recordSession(table.store, { sessionId: 'back', count: 12 });
    expect(await table.store.read('back')).toEqual({ session, tracks });
  });

  it('reads all tracks of a session whose records are more than one page', async () => {
    const { session, tracks } = await recordSession(table.store, { sessionId: 'pages', count: 7 });
    let pages = 0;
    const client: typeof table.client = Object.assign(Object.create(null), {
      send(command: object) {
        if (command instanceof QueryCommand) {
          pages++;
          command.input.Limit = 3;
        }
        return Reflect.apply(table.client.send, table.client, [command]);
      },
    });
    const store = createWholeSessionStore({ client, tableName: 'sessions', clock: () => now });
    expect(await store.read('pages')).toEqual({ session, tracks });
    expect(pages).toBe(3);
  });

  it('does not write a session over another one', async () => {
    await recordSession(table.store, { sessionId: 'once' });
    await expect(recordSession(table.store, { sessionId: 'once' })).rejects.toMatchObject({
      name: 'RecordConflict',
    });
  });

  it('lets the first of two changes win and rejects the second', async () => {
    const { session } = await recordSession(table.store, { sessionId: 'race' });
    const first = await table.store.updateSession(session, { status: 'preparing' });
    expect(first.version).toBe(session.version + 1);
    await expect(table.store.updateSession(session, { status: 'failed' })).rejects.toMatchObject({
      name: 'RecordConflict',
    });
    expect((await table.store.requireSession('race')).status).toBe('preparing');
  });

  it('removes a field that is set to undefined and leaves the others alone', async () => {
    const { tracks } = await recordSession(table.store, {
      sessionId: 'remove',
      count: 1,
      track: () => ({ taskId: 't', clipId: 'c' }),
    });
    const [track] = tracks;
    if (!track) throw new Error('there is a track');
    const changed = await table.store.updateTrack(track, { taskId: undefined, status: 'done' });
    expect(changed).toMatchObject({ clipId: 'c', status: 'done' });
    expect('taskId' in changed).toBe(false);
  });

  it('keeps why earlier runs ended when a new failure or none takes its place: the last ten, each once', async () => {
    const { session } = await recordSession(table.store, { sessionId: 'failures' });
    const failure = (reason: string) => ({ error: 'TrainingFailed', reason, at: testMoment }) as const;
    const { store } = table;
    const failed = await store.updateSession(session, { status: 'failed', failure: failure('no 1') });
    expect(failed).not.toHaveProperty('earlierFailures');
    // The state writes it, and `Record failure` once more.
    const told = await store.updateSession(failed, {
      failure: { ...failure('no 1'), at: '2026-01-02T00:00:00Z' },
    });
    const untouched = await store.updateSession(told, { pace: 2 });
    expect(untouched).not.toHaveProperty('earlierFailures');
    let resumed = await store.updateSession(untouched, { status: 'preparing', failure: undefined });
    expect(resumed).not.toHaveProperty('failure');
    expect(resumed.earlierFailures).toMatchObject([{ error: 'TrainingFailed', reason: 'no 1' }]);
    for (const number of Array(11).keys()) {
      resumed = await store.updateSession(resumed, { failure: failure(`no ${number + 2}`) });
    }
    expect(resumed.failure?.reason).toBe('no 12');
    expect(resumed.earlierFailures?.map(({ reason }) => reason)).toEqual(
      Array.from({ length: 10 }, (_, index) => `no ${index + 2}`),
    );
  });

  it('does not see a record that has expired, before DynamoDB gets round to deleting it', async () => {
    await recordSession(table.store, {
      sessionId: 'old',
      session: { expiresAt: Date.parse(testMoment) / 1000 + 60 },
    });
    expect(await table.store.read('old')).toBeDefined();
    now += 61_000;
    expect(await table.store.read('old')).toBeUndefined();
    await expect(table.store.requireSession('old')).rejects.toMatchObject({ name: 'SessionNotFound' });
    expect(
      (await table.store.list('ana', { limit: 100 })).sessions.map(({ sessionId }) => sessionId),
    ).not.toContain('old');
  });

  it('lists the sessions of one owner, newest first, a page at a time', async () => {
    for (let index = 0; index < 5; index++) {
      const createdAt = new Date(Date.parse(testMoment) + index * 1000).toISOString();
      await recordSession(table.store, {
        sessionId: `page-${index}`,
        count: 0,
        session: { owner: 'pia', createdAt },
      });
    }
    const first = await table.store.list('pia', { limit: 3 });
    expect(first.sessions.map(({ sessionId }) => sessionId)).toEqual(['page-4', 'page-3', 'page-2']);
    const second = await table.store.list('pia', { limit: 3, cursor: first.next });
    expect(second.sessions.map(({ sessionId }) => sessionId)).toEqual(['page-1', 'page-0']);
    expect(second.next).toBeUndefined();
  });

  it('lists only the sessions of a status, a kind or a name, and counts those of the kind and the name by status', async () => {
    const statuses = ['ready', 'failed', 'review', 'ready', 'training', 'ready'] as const;
    for (const [index, status] of statuses.entries()) {
      const createdAt = new Date(Date.parse(testMoment) + index * 1000).toISOString();
      const kind = index === 5 ? ('batch' as const) : ('train' as const);
      const session = { owner: 'mia', createdAt, status, kind, name: `Côté ${index}` };
      await recordSession(table.store, { sessionId: `found-${index}`, count: 0, session });
    }
    const list = async (query: object) => {
      const { sessions, ...more } = await table.store.list('mia', { limit: 100, ...query });
      return { ...more, found: sessions.map(({ sessionId }) => Number(sessionId.at(-1))) };
    };
    expect(await list({ status: ['failed', 'review'] })).toEqual({ found: [2, 1] });
    expect(await list({ kind: 'batch' })).toEqual({ found: [5] });
    expect(await list({ search: 'CÔTÉ 4' })).toEqual({ found: [4] });
    expect(await list({ search: 'found-3' })).toEqual({ found: [3] });
    expect(await list({ search: 'harbour' })).toEqual({ found: [] });
    // A page ends where it is full, and the one after goes on there; all are counted.
    const first = await list({ status: ['ready'], limit: 1, counts: true, kind: 'train' });
    expect(first).toMatchObject({
      found: [3],
      counts: { ready: 2, failed: 1, review: 1, training: 1 },
      counted: { whole: true, read: 6 },
    });
    const cursor = first.next;
    expect(await list({ status: ['ready'], limit: 1, cursor })).toEqual({ found: [0] });
  });

  it('reads 500 records for one page at most, and goes on from there', async () => {
    const { session } = await recordSession(table.store, { sessionId: 'of-many' });
    const asked: number[] = [];
    const page: DynamoTable['page'] = async ({ ExclusiveStartKey, Limit = 0 }) => {
      const from = Number(ExclusiveStartKey?.pk?.toString().split('#')[1] ?? 0);
      asked.push(Limit);
      // What DynamoDB reads at once is 1 MB: it may be less than was asked for.
      const items = Array.from({ length: Math.min(Limit, 70) }, (_, index) => ({
        ...session,
        pk: `SESSION#${from + index + 1}`,
        createdAt: testMoment,
      }));
      return { items, next: items.at(-1) };
    };
    const found = await listSessions({ page }, () => true, 'ana', { limit: 10, search: 'nothing has this' });
    expect(found).toEqual({ sessions: [], next: expect.any(String) });
    expect(asked).toEqual([100, 100, 100, 100, 100, 100, 80, 10]);
    const { next: cursor } = found;
    const counted = await listSessions({ page }, () => true, 'ana', { limit: 10, cursor, counts: true });
    expect(counted).toMatchObject({ counts: { open: 500 }, counted: { whole: false, read: 500 } });
    expect(decodePage(counted.next ?? '', 'ana').pk).toBe('SESSION#510');
  });

  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  it.each([
    '',
    'nonsense',
    encoded({ a: 1 }),
    encoded([1, 2]),
    encoded(['SESSION#page-3', testMoment]),
    encoded(['SESSION#page-3', testMoment, 'of nobody']),
    encoded(['', '', '']),
  ])('refuses the made-up page "%s" by name', refusesPage);

  it("refuses another owner's page marker, and a foreign one", async () => {
    const { next: cursor = '' } = await table.store.list('pia', { limit: 3 });
    await expect(table.store.list('ana', { limit: 3, cursor })).rejects.toMatchObject({ name: 'BadInput' });
    await refusesPage(`${cursor}=`);
    await refusesPage(Buffer.from(cursor, 'base64url').toString('base64url').concat('IA'));
  });

  async function refusesPage(cursor: string) {
    const problems = [{ where: 'cursor' }];
    await expect(table.store.list('pia', { limit: 3, cursor })).rejects.toMatchObject({
      name: 'BadInput',
      problems,
    });
  }

  it('says which record it cannot read instead of working on half of one', async () => {
    const { session } = await recordSession(table.store, { sessionId: 'odd' });
    // A writer from another version of the code.
    await table.store.updateSession(session, { runs: -1 }).catch(() => undefined);
    await expect(table.store.requireSession('odd')).rejects.toMatchObject({
      name: 'Unexpected',
      message: expect.stringContaining('runs'),
    });
  });
});
