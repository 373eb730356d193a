import { createHash } from 'node:crypto';
import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Session, Track } from '../../../functions/domain/session.ts';
import type { StoreObserver } from '../../../functions/domain/session-records.ts';
import { createWholeSessionStore } from '../../../functions/storage/whole-session-store.ts';
import { recordSession, sessionOf, testMoment } from '../../../test-support/session-records.ts';
import { openMemoryTable } from '../../../test-support/tables/memory-table.ts';
import { awsError, notingClient } from './noting-client.ts';

const start = Date.parse(testMoment);
const at = (seconds: number) => new Date(start + seconds * 1000).toISOString();
let now = start;
let table: Awaited<ReturnType<typeof openMemoryTable>>;
beforeEach(async () => {
  now = start;
  table = await openMemoryTable();
});

const over = (client = table.client, watcher?: StoreObserver) =>
  createWholeSessionStore({
    client,
    tableName: 'sessions',
    clock: () => now,
    ...(watcher ? { watcher } : {}),
  });
const ids = (sessions: readonly Session[]) => sessions.map(({ sessionId }) => sessionId);
const conflict = { name: 'RecordConflict' };
const busy = () => awsError('ThrottlingException');

describe('a record that is read', () => {
  it.each<[string, (store: ReturnType<typeof over>) => Promise<unknown>]>([
    ['a session with its tracks', (store) => store.read('s')],
    ['a session with its tracks that must be there', (store) => store.require('s')],
    ['a session', (store) => store.requireSession('s')],
    ['a track', (store) => store.requireTrack('s', '001')],
  ])('is read consistently, and a table that fails is named: %s', async (_, read) => {
    await recordSession(over(), { sessionId: 's', count: 1 });
    const { client, sent } = notingClient(table.client);
    await read(over(client));
    expect(sent).toMatchObject([{ TableName: 'sessions', ConsistentRead: true }]);
    await expect(read(over(notingClient(table.client, busy).client))).rejects.toMatchObject({
      name: 'StorageUnavailable',
    });
  });

  it('lives until the second in which it expires', async () => {
    await recordSession(over(), { sessionId: 's', count: 1, session: { expiresAt: start / 1000 + 60 } });
    now = start + 59_999;
    expect(await over().read('s')).toBeDefined();
    expect(await over().requireSession('s')).toBeDefined();
    now = start + 60_000;
    expect(await over().read('s')).toBeUndefined();
    await expect(over().requireTrack('s', '001')).rejects.toMatchObject({ name: 'SessionNotFound' });
  });

  it('that is not there is named', async () => {
    const made = await recordSession(over(), { sessionId: 'here', count: 1 });
    expect(await over().require('here')).toEqual(made);
    expect(await over().read('gone')).toBeUndefined();
    const missing = [over().require('gone'), over().requireSession('gone')];
    for (const promise of missing) {
      await expect(promise).rejects.toMatchObject({
        name: 'SessionNotFound',
        message: 'There is no session gone.',
      });
    }
    await recordSession(over(), { sessionId: 's', count: 1 });
    await expect(over().requireTrack('s', '009')).rejects.toMatchObject({
      name: 'SessionNotFound',
      message: 'There is no track 009 in session s.',
    });
  });

  it('is read to its last page: no track is lost', async () => {
    const made = await recordSession(over(), { sessionId: 's', count: 3 });
    const { client, sent } = notingClient(table.client);
    await over(client).read('s');
    const { Items = [] } = await Reflect.apply(table.client.send, table.client, [
      new QueryCommand(sent[0] as QueryCommandInput),
    ]);
    const pages = notingClient(table.client, (_, nth) =>
      [
        { Items: Items.slice(0, 1), LastEvaluatedKey: { pk: 'one' } },
        { LastEvaluatedKey: { pk: 'two' } },
        { Items: Items.slice(1) },
      ].at(nth - 1),
    );
    expect(await over(pages.client).read('s')).toEqual(made);
    expect(pages.sent.map(({ ExclusiveStartKey }) => ExclusiveStartKey)).toEqual([
      undefined,
      { pk: 'one' },
      { pk: 'two' },
    ]);
  });
});

describe('the sessions that are under way', () => {
  const record = (sessionId: string, session: Partial<Session>) =>
    recordSession(over(), { sessionId, count: 0, session });

  it('are listed longest untouched first, up to a number, without those that expired', async () => {
    await record('c', { status: 'training', updatedAt: at(3) });
    await record('a', { status: 'preparing', updatedAt: at(1) });
    await record('b', { status: 'uploading', updatedAt: at(2) });
    await record('waits', { status: 'open', updatedAt: at(0) });
    await record('done', { status: 'ready', updatedAt: at(0) });
    expect(ids(await over().listRunning(10))).toEqual(['a', 'b', 'c']);
    expect(ids(await over().listRunning(2))).toEqual(['a', 'b']);
    await record('old', { status: 'training', updatedAt: at(4), expiresAt: start / 1000 });
    expect(ids(await over().listRunning(10))).toEqual(['a', 'b', 'c']);
  });

  it('are those whose status says so now', async () => {
    const { session } = await record('s', { status: 'open' });
    const begun = await over().updateSession(session, { status: 'preparing' });
    expect(ids(await over().listRunning(10))).toEqual(['s']);
    const slower = await over().updateSession(begun, { pace: 2 });
    expect(ids(await over().listRunning(10))).toEqual(['s']);
    await over().updateSession(slower, { status: 'failed' });
    expect(await over().listRunning(10)).toEqual([]);
  });

  it('are not those that wait for their start, which are listed by when they were last touched', async () => {
    await record('a', { status: 'open', updatedAt: at(1) });
    await record('b', { status: 'open', updatedAt: at(2) });
    await record('c', { status: 'open', updatedAt: at(3) });
    await record('runs', { status: 'training', updatedAt: at(2) });
    await record('done', { status: 'ready', updatedAt: at(2) });
    await record('old', { status: 'open', updatedAt: at(2), expiresAt: start / 1000 });
    const from = start + 1000;
    expect(ids(await over().listNotStarted({ from, to: start + 2000 }, 10))).toEqual(['a', 'b']);
    expect(ids(await over().listNotStarted({ from: from + 1, to: start + 9000 }, 10))).toEqual(['b', 'c']);
    expect(ids(await over().listNotStarted({ from, to: start + 9000 }, 1))).toEqual(['a']);
  });

  it('are none where the index is empty, and a table that fails is named', async () => {
    const empty = over(notingClient(table.client, () => ({})).client);
    expect(await empty.listRunning(10)).toEqual([]);
    expect(await empty.listNotStarted({ from: 0, to: start }, 10)).toEqual([]);
    expect(await empty.list('ana', { limit: 10 })).toStrictEqual({ sessions: [] });
    const failing = over(notingClient(table.client, busy).client);
    const named = { name: 'StorageUnavailable' };
    await expect(failing.listRunning(10)).rejects.toMatchObject(named);
    await expect(failing.listNotStarted({ from: 0, to: start }, 10)).rejects.toMatchObject(named);
    await expect(failing.list('ana', { limit: 10 })).rejects.toMatchObject(named);
  });
});

describe('a list of one kind', () => {
  const item = (sessionId: string, kind: Session['kind']) =>
    sessionOf({ sessionId, count: 0, session: { kind } }).session;
  const pageEnd = (sessionId: string) => ({
    LastEvaluatedKey: { pk: `SESSION#${sessionId}`, sk: 'SESSION', owner: 'ana', createdAt: testMoment },
  });

  it('is asked for until it is full, and says where it ended', async () => {
    const { client, sent } = notingClient(table.client, (_, nth) =>
      [
        { Items: [item('a', 'train'), item('b', 'music')], ...pageEnd('b') },
        { Items: [], ...pageEnd('c') },
        { Items: [item('d', 'music')], ...pageEnd('d') },
      ].at(nth - 1),
    );
    const { sessions, next } = await over(client).list('ana', { limit: 2, kind: 'music' });
    expect(ids(sessions)).toEqual(['b', 'd']);
    expect(sent.map(({ Limit }) => Limit)).toEqual([100, 100, 100]);
    expect(sent.map(({ ExclusiveStartKey }) => Object(ExclusiveStartKey).pk)).toEqual([
      undefined,
      'SESSION#b',
      'SESSION#c',
    ]);
    const after = notingClient(table.client, () => ({}));
    await over(after.client).list('ana', { limit: 2, kind: 'music', cursor: next });
    expect(after.sent).toMatchObject([{ ExclusiveStartKey: pageEnd('d').LastEvaluatedKey }]);
  });

  it('ends where the sessions end, and without a kind one page is a page', async () => {
    const last = notingClient(table.client, () => ({ Items: [item('a', 'train')] }));
    expect(await over(last.client).list('ana', { limit: 2, kind: 'music' })).toStrictEqual({ sessions: [] });
    const short = notingClient(table.client, () => ({ Items: [item('a', 'train')], ...pageEnd('a') }));
    const { sessions } = await over(short.client).list('ana', { limit: 2 });
    expect([ids(sessions), short.sent.length]).toEqual([['a'], 1]);
  });

  it('begins at no key that is not of a session, even for its own owner', async () => {
    const whose = createHash('sha256').update('ana').digest('base64url');
    const cursor = (...page: unknown[]) =>
      Buffer.from(JSON.stringify([...page, whose])).toString('base64url');
    const given = (text: string) => over().list('ana', { limit: 2, cursor: text });
    const madeUp = [
      cursor('MODELS#ana', testMoment),
      cursor('SESSION#s', 'yesterday'),
      cursor(`SESSION#${'x'.repeat(249)}`, testMoment),
      cursor('SESSION#s'),
    ];
    for (const text of madeUp) {
      await expect(given(text)).rejects.toMatchObject({
        name: 'BadInput',
        message: expect.stringContaining('The page cannot be found.'),
        problems: [{ where: 'cursor', message: 'use the value of `next` that an earlier list gave you' }],
      });
    }
  });
});

describe('tracks page by page', () => {
  it('are read in their order, no more than were asked for and one, and say whether others follow', async () => {
    await recordSession(over(), { sessionId: 'p', count: 7 });
    const { client, sent } = notingClient(table.client);
    const first = await over(client).readTracks('p', { limit: 3 });
    expect(sent).toMatchObject([{ Limit: 4 }]);
    expect(first).toMatchObject({ tracks: [1, 2, 3].map((n) => ({ trackId: `00${n}` })), more: true });
    const second = await over().readTracks('p', { after: '003', limit: 3 });
    expect(second).toMatchObject({ tracks: [4, 5, 6].map((n) => ({ trackId: `00${n}` })), more: true });
    const third = await over().readTracks('p', { after: '006', limit: 3 });
    expect(third).toMatchObject({ tracks: [{ trackId: '007' }], more: false });
  });

  it('are counted over all pages, after one of them', async () => {
    const failure = { error: 'AudioRejected', reason: 'words', at: testMoment } as const;
    const tracks: Partial<Track>[] = [
      { status: 'done', attempts: 9, calls: 9 },
      { status: 'submitted', attempts: 1, calls: 2, submittedAt: testMoment },
      { status: 'failed', attempts: 2, failure },
      { status: 'failed', failure: { ...failure, permanent: true } },
      { status: 'declared' },
      { status: 'done', attempts: 1, calls: 3 },
    ];
    await recordSession(over(), {
      sessionId: 'c',
      count: 6,
      track: (index) => tracks[index] ?? {},
    });
    expect(await over().tallyTracks('c', '001')).toEqual({
      tracks: 5,
      attempts: 4,
      inDoubt: 0,
      calls: 5,
      toSend: 2,
      submitted: [testMoment],
      lastSubmittedAt: testMoment,
    });
  });

  it('that DynamoDB leaves undone of a batch are asked for again, and not for ever', async () => {
    const undone = { sessions: [{ DeleteRequest: { Key: { pk: 'SESSION#u', sk: 'TRACK#002' } } }] };
    const once = notingClient(table.client, (_, nth) => (nth === 1 ? { UnprocessedItems: undone } : {}));
    await over(once.client).removeTracks('u', ['001', '002']);
    expect(once.sent[1]).toEqual({ RequestItems: undone });
    const always = notingClient(table.client, () => ({ UnprocessedItems: undone }));
    await expect(over(always.client).removeTracks('u', ['002'])).rejects.toMatchObject({
      name: 'StorageUnavailable',
    });
    expect(always.sent).toHaveLength(5);
  });
});

describe('a session that is deleted', () => {
  it('forgets its tracks, 25 in a request, and last itself; forgetting it twice is no error', async () => {
    const { tracks } = await recordSession(over(), {
      sessionId: 's',
      count: 30,
      session: { status: 'deleting' },
    });
    const { client, sent } = notingClient(table.client);
    const ids = tracks.map(({ trackId }) => trackId);
    await over(client).removeTracks('s', ids);
    expect(sent.map(({ RequestItems }) => Object(RequestItems).sessions.length)).toEqual([25, 5]);
    expect((await over().require('s')).tracks).toEqual([]);
    await over().remove('s');
    await over().removeTracks('s', ids);
    await over().remove('s');
    expect(await over().read('s')).toBeUndefined();
  });

  it('is not forgotten unless it is being deleted', async () => {
    await recordSession(over(), { sessionId: 's', count: 0, session: { status: 'ready' } });
    await expect(over().remove('s')).rejects.toMatchObject(conflict);
    expect(await over().read('s')).toBeDefined();
  });
});
