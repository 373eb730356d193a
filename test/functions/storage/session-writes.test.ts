import { beforeEach, describe, expect, it } from 'vitest';
import type { Track } from '../../../functions/domain/session.ts';
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
const conflict = { name: 'RecordConflict' };
const busy = () => awsError('ThrottlingException');

/** Records which listener gets which change. */
function watched() {
  const told: unknown[] = [];
  const watcher: StoreObserver = {
    session: async (before, after) => void told.push([before?.status, after.status]),
    track: (before: Track, after: Track) => void told.push([before.trackId, before.status, after.status]),
  };
  return { store: over(table.client, watcher), told };
}

describe('a new session', () => {
  it('is written after its tracks, and then notifies the observer', async () => {
    const { client, sent } = notingClient(table.client);
    await recordSession(over(client), { sessionId: 's', count: 3 });
    expect(sent.map(({ Item }) => Object(Item).sk)).toEqual([
      'TRACK#001',
      'TRACK#002',
      'TRACK#003',
      'SESSION',
    ]);
    const { store, told } = watched();
    await recordSession(store, { sessionId: 'other', count: 1 });
    expect(told).toEqual([[undefined, 'open']]);
  });

  it('takes over the tracks of a start that died half-way', async () => {
    const made = sessionOf({ sessionId: 's', count: 2 });
    const { client } = notingClient(table.client, ({ Item }) =>
      Object(Item).sk === 'SESSION' ? busy() : undefined,
    );
    await expect(over(client).create(made.session, made.tracks)).rejects.toMatchObject({
      name: 'StorageUnavailable',
    });
    expect(await over().read('s')).toBeUndefined();
    await over().create(made.session, made.tracks);
    expect(await over().read('s')).toEqual(made);
  });

  it('is not written when one of its tracks cannot be', async () => {
    const { client, sent } = notingClient(table.client, busy);
    await expect(recordSession(over(client), { sessionId: 's', count: 1 })).rejects.toMatchObject({
      name: 'StorageUnavailable',
    });
    expect(sent).toHaveLength(1);
  });
});

describe('further tracks', () => {
  const files = (sha256?: string) =>
    sessionOf({ sessionId: 's', count: 1, track: () => (sha256 === undefined ? {} : { sha256 }) }).tracks;
  const session = sessionOf({ sessionId: 's' }).session;

  it('may be declared again while they are the same files and untouched', async () => {
    await over().addTracks(session, files('aa'));
    await over().addTracks(session, files('aa'));
    await expect(over().addTracks(session, files('bb'))).rejects.toMatchObject(conflict);
    await expect(over().addTracks(session, files())).rejects.toMatchObject(conflict);
    await over().updateTrack(await over().requireTrack('s', '001'), { status: 'submitting' });
    await expect(over().addTracks(session, files('aa'))).rejects.toMatchObject(conflict);
  });
});

describe('a change', () => {
  it('of the status records its time, and no other change does', async () => {
    const { session } = await recordSession(over(), { sessionId: 's' });
    now = start + 1000;
    const turned = await over().updateSession(session, { status: 'preparing' });
    expect(turned).toMatchObject({ updatedAt: at(1), statusSince: at(1) });
    now = start + 2000;
    const same = await over().updateSession(turned, { status: 'preparing', pace: 2 });
    expect(same).toMatchObject({ updatedAt: at(2), statusSince: at(1) });
    expect(await over().updateSession(same, { pace: 4 })).toMatchObject({ pace: 4, statusSince: at(1) });
  });

  it('reaches the observer once it is written', async () => {
    const { store, told } = watched();
    const { session, tracks } = await recordSession(over(), { sessionId: 's', count: 1 });
    await store.updateSession(session, { status: 'preparing' });
    for (const track of tracks) await store.updateTrack(track, { status: 'submitting' });
    expect(told).toEqual([
      ['open', 'preparing'],
      ['001', 'declared', 'submitting'],
    ]);
    await expect(store.updateSession(session, { status: 'failed' })).rejects.toMatchObject(conflict);
    expect(told).toHaveLength(2);
  });

  it('that is none leaves the session as it is', async () => {
    const { session } = await recordSession(over(), { sessionId: 's' });
    expect(await over().changeSession('s', () => undefined)).toEqual(session);
    expect((await over().requireSession('s')).version).toBe(session.version);
  });

  it('is not tried again after anything but a conflict', async () => {
    await recordSession(over(), { sessionId: 's' });
    const { client, sent } = notingClient(table.client, ({ UpdateExpression }) =>
      UpdateExpression ? busy() : undefined,
    );
    await expect(over(client).changeSession('s', () => ({ pace: 2 }))).rejects.toMatchObject({
      name: 'StorageUnavailable',
    });
    expect(sent.filter(({ UpdateExpression }) => UpdateExpression)).toHaveLength(1);
  });
});

describe("an id of the provider's", () => {
  const session = sessionOf({ sessionId: 's', count: 0 }).session;
  const other = sessionOf({ sessionId: 'other', count: 0 }).session;

  it('belongs to one session, and claiming it again changes nothing', async () => {
    await over().claimId(session, 'session', 'p1');
    await over().claimId(session, 'session', 'p1');
    await expect(over().claimId(other, 'session', 'p1')).rejects.toMatchObject({
      name: 'ProviderContradiction',
      message: 'The provider gives the session p1 to session other, and has given it to session s before.',
    });
    await over().claimId(other, 'model', 'p1');
    await expect(over().claimId(session, 'model', 'p1')).rejects.toMatchObject({
      name: 'ProviderContradiction',
    });
    await over().claimId(other, 'session', 'p2');
  });

  it('is another id at another provider, and in another dialect', async () => {
    const place = { host: 'one.example', dialect: 'mountsea', stage: 'local' } as const;
    await over().claimId({ ...session, provider: place }, 'session', 'p1');
    await over().claimId({ ...other, provider: { ...place, host: 'two.example' } }, 'session', 'p1');
    await over().claimId({ ...other, provider: { ...place, dialect: 'relay' } }, 'session', 'p1');
    await expect(
      over().claimId({ ...other, provider: { ...place, stage: 'prod' } }, 'session', 'p1'),
    ).rejects.toMatchObject({ name: 'ProviderContradiction' });
  });

  it('of a session expires with its record, and that of a model or a persona never', async () => {
    const { client, sent } = notingClient(table.client);
    await over(client).claimId(session, 'session', 'p1');
    await over(client).claimId(session, 'model', 'm1');
    await over(client).claimId(session, 'persona', 'm1');
    const key = (id: string) => ({
      pk: expect.stringMatching(new RegExp(`^PROVIDER#.+#${id}$`)),
      sk: expect.stringMatching(/./),
    });
    expect(sent).toMatchObject([
      { Item: { ...key('session#p1'), expiresAt: session.expiresAt } },
      { Item: key('model#m1') },
      { Item: key('persona#m1') },
    ]);
    for (const { Item } of sent.slice(1)) expect(Item).not.toHaveProperty('expiresAt');
  });

  it('of a persona belongs to one clip of a session', async () => {
    const claim = (clipId: string) => over().claimId(session, 'persona', 'p1', clipId);
    await claim('c1');
    await claim('c1');
    await expect(claim('c2')).rejects.toMatchObject({ name: 'ProviderContradiction' });
  });

  it('that was released between the write and the look is no contradiction', async () => {
    const { client } = notingClient(table.client, ({ Item }) =>
      Item ? awsError('ConditionalCheckFailedException') : {},
    );
    await expect(over(client).claimId(session, 'session', 'p1')).resolves.toBeUndefined();
  });

  it('is not claimed while the table fails', async () => {
    const { client } = notingClient(table.client, ({ Item }) => (Item ? busy() : {}));
    await expect(over(client).claimId(session, 'session', 'p1')).rejects.toMatchObject({
      name: 'StorageUnavailable',
    });
  });
});
