import { beforeAll, describe, expect, it } from 'vitest';
import { deleteSession } from '../../../functions/api/delete-session/delete-session.ts';
import { route } from '../../../functions/api/delete-session/route.ts';
import { trackIdAt } from '../../../functions/domain/new-session.ts';
import type { Session } from '../../../functions/domain/session.ts';
import { startRun } from '../../../functions/domain/start-run.ts';
import { ChirpsmithError } from '../../../functions/shared/errors.ts';
import type { SessionFiles } from '../../../functions/storage/session-files.ts';
import { arnOf, fakeExecutions, withIntruder } from '../../../test-support/fake-executions.ts';
import { openTable, recordSession, testMoment } from '../../../test-support/session-records.ts';
import { admitted } from '../../admitted.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});

const now = () => Date.parse(testMoment);
const record = (sessionId: string, session: Partial<Session> = {}) =>
  recordSession(table.store, { sessionId, session });

/** A bucket that holds so many versions of a session's files, and gives them up a thousand at a time. */
function bucket(
  onDelete: (sessionId: string) => Promise<unknown> = async () => {},
  held: Record<string, number> = {},
) {
  const emptied: string[] = [];
  const aborted: string[] = [];
  const files: SessionFiles = {
    async abort(uploads) {
      aborted.push(...uploads.map(({ uploadId }) => uploadId));
    },
    async deleteSome(sessionId) {
      await onDelete(sessionId);
      const found = Math.min(1000, held[sessionId] ?? 0);
      held[sessionId] = (held[sessionId] ?? 0) - found;
      if (found === 0) emptied.push(sessionId);
      return found;
    },
  };
  return { files, emptied, aborted, held };
}

const remove = async (
  sessionId: string,
  { files }: Pick<ReturnType<typeof bucket>, 'files'> = bucket(),
  { store = table.store, subject = 'ana', executions = fakeExecutions().executions, query = {} } = {},
) =>
  deleteSession(
    sessionId,
    subject,
    { store, contents: table.contents, files, executions, now },
    admitted(route, { query }).query,
  );

const create = (fence: Session['create']['fence']) => ({ fence, calls: 1, earlier: [], checks: 0 });

describe('DELETE /sessions/{id}', () => {
  it.each<[string, Partial<Session>]>([
    ['was never started', {}],
    ['waits for its review', { status: 'review' }],
    ['has its model', { status: 'ready', create: create('ready'), modelId: 'chirp-custom:1' }],
    ['failed', { status: 'failed' }],
    ['was given up with its create in doubt', { status: 'abandoned', create: create('unknown') }],
    ['was cut off', { status: 'uploading', runs: 1, executionArn: arnOf('cut-off-1') }],
  ])('deletes files, tracks and record of a session that %s', async (what, session) => {
    const sessionId = what.replaceAll(' ', '-');
    await record(sessionId, session);
    const { files, emptied } = bucket();
    const { executions } = fakeExecutions({ 'cut-off-1': 'ended' });
    await remove(sessionId, { files }, { executions });
    expect(emptied).toEqual([sessionId]);
    expect(await table.store.read(sessionId)).toBeUndefined();
    await expect(table.store.requireTrack(sessionId, '001')).rejects.toMatchObject({
      name: 'SessionNotFound',
    });
    expect((await table.store.listRunning(100)).map((one) => one.sessionId)).not.toContain(sessionId);
  });

  it.each<[string, Partial<Session>, 'training' | 'music']>([
    ['was cancelled in its training', { status: 'cancelled', create: create('submitted') }, 'training'],
    ['was not done in time', { status: 'failed', create: create('submitted') }, 'training'],
    ['was cut off in its training', { status: 'interrupted', create: create('submitted') }, 'training'],
    [
      'has an earlier training that may end yet',
      { status: 'failed', create: { ...create('failed'), earlier: [{ fence: 'submitted' }] } },
      'training',
    ],
    [
      'was cancelled while its music was made',
      { status: 'cancelled', kind: 'music', create: create('submitted') },
      'music',
    ],
  ])('gives up what is paid only by a word that names it, of one that %s', async (what, session, work) => {
    const sessionId = what.replaceAll(' ', '-');
    await record(sessionId, session);
    const { files, emptied } = bucket();
    const other = work === 'music' ? 'training' : 'music';
    const words = `confirm=abandon-paid-${work}`;
    for (const query of [{}, { confirm: `abandon-paid-${other}` }]) {
      await expect(remove(sessionId, { files }, { query })).rejects.toMatchObject({
        name: 'NotPossible',
        message: expect.stringContaining(words),
      });
    }
    await expect(remove(sessionId, { files }, { query: { confirm: 'yes' } })).rejects.toMatchObject({
      name: 'BadInput',
      problems: [expect.objectContaining({ where: 'confirm' })],
    });
    expect(emptied).toEqual([]);
    expect((await table.store.requireSession(sessionId)).status).toBe(session.status);
    await remove(sessionId, { files }, { query: { confirm: `abandon-paid-${work}` } });
    expect(emptied).toEqual([sessionId]);
    expect(await table.store.read(sessionId)).toBeUndefined();
  });

  it.each<[string, Partial<Session>, string]>([
    ['runs', { status: 'training', executionArn: arnOf('runs-1') }, 'cancel it before you delete it'],
    [
      'in-doubt',
      { status: 'needs-decision', create: create('unknown') },
      'its training may run at the provider, and may be paid. Decide on that first',
    ],
    [
      'music-in-doubt',
      { status: 'needs-decision', kind: 'music', create: create('unknown') },
      'its music may run at the provider, and may be paid. Decide on that first',
    ],
  ])('says why one in this state is not deleted: %s', async (sessionId, session, words) => {
    await record(sessionId, session);
    const { files, emptied } = bucket();
    const { executions } = fakeExecutions({ 'runs-1': 'running' });
    await expect(remove(sessionId, { files }, { executions })).rejects.toMatchObject({
      name: 'NotPossible',
      message: expect.stringContaining(words),
    });
    expect(emptied).toEqual([]);
    expect(await table.store.requireSession(sessionId)).toMatchObject({ status: session.status });
  });

  it('frees what the session was created with for a new session, where it was created by a request', async () => {
    await record('of-a-request', { contentKey: 'content-1' });
    await record('of-the-console');
    const forgotten: string[] = [];
    const contents = {
      ...table.contents,
      forget: async (...given: [string, string]) => void forgotten.push(given.join(' ')),
    };
    for (const sessionId of ['of-a-request', 'of-the-console']) {
      const { executions } = fakeExecutions();
      const deps = { store: table.store, contents, files: bucket().files, executions, now };
      await deleteSession(sessionId, 'ana', deps);
    }
    expect(forgotten).toEqual(['content-1 of-a-request']);
  });

  it("does not delete another owner's, nor say that there is one", async () => {
    await record('theirs');
    await expect(remove('theirs', bucket(), { subject: 'bob' })).rejects.toMatchObject({
      name: 'SessionNotFound',
      message: 'There is no session theirs of yours.',
    });
    expect(await table.store.read('theirs')).toBeDefined();
  });

  it('that ended early is shown, blocks a start, and continues when it is repeated', async () => {
    await record('half');
    const broken = bucket(() => Promise.reject(new ChirpsmithError('StorageUnavailable', 'S3 is away.')));
    await expect(remove('half', broken)).rejects.toMatchObject({ name: 'StorageUnavailable' });
    const { sessions } = await table.store.list('ana', { limit: 100 });
    expect(sessions.find(({ sessionId }) => sessionId === 'half')).toMatchObject({ status: 'deleting' });
    const machine = fakeExecutions();
    const begun = startRun('half', { store: table.store, executions: machine.executions, now });
    await expect(begun).rejects.toMatchObject({ message: 'The session is being deleted; begin a new one.' });
    expect(machine.started).toEqual([]);
    await remove('half');
    expect(await table.store.read('half')).toBeUndefined();
  });

  it('by two at once is no error for either', async () => {
    await record('twice');
    const other = bucket(() => remove('twice'));
    await remove('twice', other);
    expect(await table.store.read('twice')).toBeUndefined();
  });

  it('loses to a start that comes between, and deletes nothing', async () => {
    await record('race');
    const { executions } = fakeExecutions();
    const store = withIntruder(table.store, 'updateSession', () =>
      startRun('race', { store: table.store, executions, now }),
    );
    const { files, emptied } = bucket();
    await expect(remove('race', { files }, { store })).rejects.toMatchObject({ name: 'RecordConflict' });
    expect(emptied).toEqual([]);
    expect(await table.store.requireSession('race')).toMatchObject({ status: 'preparing' });
  });
});

/** A clock that is at the end of the slice whenever it is asked again. */
function slowClock() {
  let at = now();
  return () => {
    at += 10_000;
    return at;
  };
}

describe('DELETE /sessions/{id} of thousands of files', () => {
  const remove = (sessionId: string, files: SessionFiles, clock = now) => {
    const { executions } = fakeExecutions();
    return deleteSession(sessionId, 'ana', { ...table, files, executions, now: clock });
  };
  const large = (sessionId: string, count: number) =>
    recordSession(table.store, {
      sessionId,
      count,
      session: { kind: 'batch' },
      track: (index) => ({ trackId: trackIdAt(index, 'batch') }),
    });

  it('stops after a slice, says what is deleted, and comes to its end when it is repeated', async () => {
    await large('sliced', 600);
    const { files, emptied, held } = bucket(undefined, { sliced: 2300 });
    const slices: unknown[] = [];
    let first: Session | undefined;
    for (let gone = false; !gone; ) {
      const deleted = await remove('sliced', files, slowClock());
      gone = deleted === undefined;
      slices.push(deleted);
      const marked = await table.store.read('sliced');
      if (!gone) expect(marked?.session.status).toBe('deleting');
      // The first slice marks it; no other writes into its record.
      if (!gone && slices.length > 1) expect(marked?.session).toEqual(first);
      first ??= marked?.session;
      expect(slices.length).toBeLessThan(20);
    }
    const sums = slices.filter((one) => one !== undefined).map((one) => Object(one));
    expect(sums.length).toBeGreaterThan(2);
    expect(sums.reduce((sum, { tracks }) => sum + tracks, 0)).toBe(600);
    expect(sums.reduce((sum, { files: count }) => sum + count, 0)).toBe(2300);
    expect(held.sliced).toBe(0);
    expect(emptied).toEqual(['sliced']);
    expect(await table.store.read('sliced')).toBeUndefined();
    expect((await table.store.readTracks('sliced', { limit: 10 })).tracks).toEqual([]);
  });

  it('needs consent to give up paid work for its first slice only', async () => {
    await recordSession(table.store, {
      sessionId: 'paid',
      count: 300,
      session: { kind: 'batch', status: 'cancelled', create: create('submitted') },
      track: (index) => ({ trackId: trackIdAt(index, 'batch') }),
    });
    const { executions } = fakeExecutions();
    const { files } = bucket();
    const first = { ...table, files, executions, now: slowClock() };
    const { query } = admitted(route, { query: { confirm: 'abandon-paid-training' } });
    expect(await deleteSession('paid', 'ana', first, query)).toEqual({ files: 0, tracks: 250 });
    expect(await remove('paid', files)).toBeUndefined();
    expect(await table.store.read('paid')).toBeUndefined();
  });

  it('cannot be started between two slices', async () => {
    await large('between', 300);
    const deleted = await remove('between', bucket().files, slowClock());
    expect(deleted).toEqual({ files: 0, tracks: 250 });
    const machine = fakeExecutions();
    const begun = startRun('between', { store: table.store, executions: machine.executions, now });
    await expect(begun).rejects.toMatchObject({ message: 'The session is being deleted; begin a new one.' });
    expect(machine.started).toEqual([]);
  });

  it('goes on after a slice that failed in its middle', async () => {
    await large('broken', 600);
    let calls = 0;
    const failing = bucket(
      async () => {
        if (++calls === 2) throw new ChirpsmithError('StorageUnavailable', 'S3 is away.');
      },
      { broken: 2300 },
    );
    await expect(remove('broken', failing.files)).rejects.toMatchObject({ name: 'StorageUnavailable' });
    expect(failing.held.broken).toBe(1300);
    expect(await table.store.requireSession('broken')).toMatchObject({ status: 'deleting' });
    expect(await remove('broken', failing.files)).toBeUndefined();
    expect(failing.held.broken).toBe(0);
    expect(await table.store.read('broken')).toBeUndefined();
  });

  it('ends uploads in parts before their tracks are forgotten', async () => {
    await recordSession(table.store, {
      sessionId: 'parts',
      count: 3,
      track: (index) => (index === 1 ? { uploadId: 'upload-2' } : {}),
    });
    const { files, aborted } = bucket();
    expect(await remove('parts', files)).toBeUndefined();
    expect(aborted).toEqual(['upload-2']);
  });
});
