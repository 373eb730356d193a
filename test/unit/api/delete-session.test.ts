import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteSession } from '../../../functions/api/delete-session/delete-session.ts';
import { beginRun } from '../../../functions/sessions/begin-run.ts';
import type { Session } from '../../../functions/sessions/session.ts';
import { ChirpsmithError } from '../../../functions/shared/errors.ts';
import { arnOf, fakeExecutions, withIntruder } from '../../fake-executions.ts';
import { openTable, recordSession, testMoment } from '../../session-records.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});
afterAll(() => table.close());

const now = () => Date.parse(testMoment);
const record = (sessionId: string, session: Partial<Session> = {}) =>
  recordSession(table.store, { sessionId, session });

/** The bucket, with what it does when it is asked to delete. */
function bucket(onDelete: (sessionId: string) => Promise<void> = async () => {}) {
  const emptied: string[] = [];
  const deleteAll = async (sessionId: string) => {
    await onDelete(sessionId);
    emptied.push(sessionId);
  };
  return { files: { deleteAll }, emptied };
}

const remove = (
  sessionId: string,
  { files }: Pick<ReturnType<typeof bucket>, 'files'> = bucket(),
  { store = table.store, subject = 'ana', executions = fakeExecutions().executions, query = {} } = {},
) => deleteSession(sessionId, subject, { store, contents: table.contents, files, executions, now }, query);

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
    expect((await table.store.listUnderWay(100)).map((one) => one.sessionId)).not.toContain(sessionId);
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
    ['in-doubt', { status: 'needs-decision', create: create('unknown') }, 'Decide on that first'],
  ])('says in words why one that stands so is not deleted: %s', async (sessionId, session, words) => {
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

  it("does not delete somebody else's, nor say that there is one", async () => {
    await record('theirs');
    await expect(remove('theirs', bucket(), { subject: 'bob' })).rejects.toMatchObject({
      name: 'SessionNotFound',
      message: 'There is no session theirs of yours.',
    });
    expect(await table.store.read('theirs')).toBeDefined();
  });

  it('that ended early is seen, can be started by nobody, and goes on when it is repeated', async () => {
    await record('half');
    const broken = bucket(() => Promise.reject(new ChirpsmithError('StorageUnavailable', 'S3 is away.')));
    await expect(remove('half', broken)).rejects.toMatchObject({ name: 'StorageUnavailable' });
    const { sessions } = await table.store.list('ana', { limit: 100 });
    expect(sessions.find(({ sessionId }) => sessionId === 'half')).toMatchObject({ status: 'deleting' });
    const machine = fakeExecutions();
    const begun = beginRun('half', { store: table.store, executions: machine.executions, now });
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
      beginRun('race', { store: table.store, executions, now }),
    );
    const { files, emptied } = bucket();
    await expect(remove('race', { files }, { store })).rejects.toMatchObject({ name: 'RecordConflict' });
    expect(emptied).toEqual([]);
    expect(await table.store.requireSession('race')).toMatchObject({ status: 'preparing' });
  });
});
