import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beginRun } from '../../../functions/sessions/begin-run.ts';
import type { Session } from '../../../functions/sessions/session.ts';
import type { SessionStore } from '../../../functions/sessions/session-store.ts';
import { ChirpsmithError } from '../../../functions/shared/errors.ts';
import { arnOf, fakeExecutions, withIntruder } from '../../fake-executions.ts';
import { openTable, recordSession, testMoment } from '../../session-records.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});
afterAll(() => table.close());

const now = () => Date.parse(testMoment);
const record = (sessionId: string, session: Partial<Session>) =>
  recordSession(table.store, { sessionId, count: 1, session });
const failed = { status: 'failed', runs: 1, executionArn: arnOf('old') } as const;
const stored = (sessionId: string) => table.store.requireSession(sessionId);

describe('beginning a run', () => {
  it('writes down which execution it will be, and only then starts it', async () => {
    await record('order', failed);
    const { executions } = fakeExecutions({ old: 'ended' });
    let recordedAtStart: Session | undefined;
    const start = async () => {
      recordedAtStart = await stored('order');
    };
    await beginRun('order', { store: table.store, executions: { ...executions, start }, now });
    expect(recordedAtStart).toMatchObject({ status: 'preparing', runs: 2, executionArn: arnOf('order-2') });
  });

  it('takes the failure of the last run off the record', async () => {
    const failure = { error: 'NotEnoughClips', reason: 'only 5', at: testMoment } as const;
    await record('clean', { ...failed, failure });
    const { executions, started } = fakeExecutions({ old: 'ended' });
    expect(await beginRun('clean', { store: table.store, executions, now })).not.toHaveProperty('failure');
    expect(started).toEqual(['clean-2 {"sessionId":"clean"}']);
  });

  it('by two at the same moment starts one execution, and both are told of it', async () => {
    await record('race', failed);
    const { executions, started } = fakeExecutions({ old: 'ended' });
    let other: Session | undefined;
    const store = withIntruder(table.store, 'updateSession', async () => {
      other = await beginRun('race', { store: table.store, executions, now });
    });
    const mine = await beginRun('race', { store, executions, now });
    expect(started).toEqual(['race-2 {"sessionId":"race"}']);
    expect(other).toMatchObject({ runs: 2, executionArn: arnOf('race-2') });
    expect(mine).toEqual(other);
  });

  it('by two at the same moment is one run even before the execution of the first can be seen', async () => {
    await record('unseen', failed);
    const { executions, started } = fakeExecutions({ old: 'ended' });
    // The other has written the record, and is just about to start.
    const unseen = { status: 'preparing', runs: 2, executionArn: arnOf('unseen-2') } as const;
    const store = withIntruder(table.store, 'updateSession', async () =>
      table.store.updateSession(await stored('unseen'), unseen),
    );
    expect(await beginRun('unseen', { store, executions, now })).toMatchObject(unseen);
    expect(started).toEqual([]);
  });

  it('gives up after three races lost, and says so', async () => {
    await record('busy', failed);
    const { executions, started } = fakeExecutions();
    const store: SessionStore = {
      ...table.store,
      updateSession: async () => {
        throw new ChirpsmithError('RecordConflict', 'Somebody else again.');
      },
    };
    await expect(beginRun('busy', { store, executions, now })).rejects.toMatchObject({
      name: 'RecordConflict',
    });
    expect(started).toEqual([]);
  });

  it('leaves a run that goes on as it is, and does not ask for changes', async () => {
    const going = { status: 'uploading', runs: 1, executionArn: arnOf('going-1') } as const;
    await record('going', going);
    const { executions, started } = fakeExecutions({ 'going-1': 'running' });
    const change = () => {
      throw new Error('Nobody should ask.');
    };
    expect(await beginRun('going', { store: table.store, executions, now }, change)).toMatchObject(going);
    expect(started).toEqual([]);
  });

  it.each([
    [59_000, 'waited for', 0],
    [61_000, 'given up, and another one begun', 1],
  ])('an execution that is not there %i ms after it was announced is %s', async (age, _, anew) => {
    const sessionId = `young-${age}`;
    await record(sessionId, { status: 'preparing', runs: 1, executionArn: arnOf(`${sessionId}-1`) });
    const { executions, started } = fakeExecutions();
    await beginRun(sessionId, { store: table.store, executions, now: () => now() + age });
    expect(started).toHaveLength(anew);
  });

  it('a start that fails leaves a session that a later try takes up, as a run of its own', async () => {
    await record('unlucky', failed);
    const { executions, started } = fakeExecutions({ old: 'ended' });
    const start = async () => {
      throw new ChirpsmithError('StorageUnavailable', 'Throttled.');
    };
    const first = beginRun('unlucky', { store: table.store, executions: { ...executions, start }, now });
    await expect(first).rejects.toMatchObject({ name: 'StorageUnavailable' });
    await beginRun('unlucky', { store: table.store, executions, now: () => now() + 61_000 });
    expect(started).toEqual(['unlucky-3 {"sessionId":"unlucky"}']);
  });

  it('whoever changes something may refuse: nothing is written, nothing is started', async () => {
    const { session } = await record('refused', failed);
    const { executions, started } = fakeExecutions({ old: 'ended' });
    const refuse = () => {
      throw new ChirpsmithError('NotPossible', 'Not like this.');
    };
    await expect(beginRun('refused', { store: table.store, executions, now }, refuse)).rejects.toMatchObject({
      name: 'NotPossible',
    });
    expect(await stored('refused')).toEqual(session);
    expect(started).toEqual([]);
  });

  it('a session with a model stays as it is, and an abandoned one is refused', async () => {
    const { executions, started } = fakeExecutions();
    await record('model', { status: 'ready', modelId: 'chirp-custom:1', runs: 1 });
    await record('gone', { status: 'abandoned', runs: 1 });
    const deps = { store: table.store, executions, now };
    expect(await beginRun('model', deps)).toMatchObject({ status: 'ready', runs: 1 });
    await expect(beginRun('gone', deps)).rejects.toMatchObject({ name: 'NotPossible' });
    expect(started).toEqual([]);
  });
});
