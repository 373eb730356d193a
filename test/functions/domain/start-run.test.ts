import { beforeAll, describe, expect, it } from 'vitest';
import type { Executions } from '../../../functions/domain/executions.ts';
import type { Session } from '../../../functions/domain/session.ts';
import type { WholeSessionStore } from '../../../functions/domain/session-records.ts';
import { startRun } from '../../../functions/domain/start-run.ts';
import { ChirpsmithError } from '../../../functions/shared/errors.ts';
import { arnOf, fakeExecutions, withIntruder } from '../../../test-support/fake-executions.ts';
import { openTable, recordSession, testMoment } from '../../../test-support/session-records.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});

const now = () => Date.parse(testMoment);
const record = (sessionId: string, session: Partial<Session>) =>
  recordSession(table.store, { sessionId, count: 1, session });
const failed = { status: 'failed', runs: 1, executionArn: arnOf('old') } as const;
const stored = (sessionId: string) => table.store.requireSession(sessionId);

/** Executions whose first start fails in passing, before or after it was carried out. */
function failingOnce(executions: Executions, when: 'before' | 'after'): Executions {
  let pending = true;
  return {
    ...executions,
    async start(...given) {
      const fails = pending;
      pending = false;
      if (!fails || when === 'after') await executions.start(...given);
      if (fails) throw new ChirpsmithError('StorageUnavailable', 'Throttled.');
    },
  };
}

describe('beginning a run', () => {
  it('writes down which execution it will be, and only then starts it', async () => {
    await record('order', failed);
    const { executions } = fakeExecutions({ old: 'ended' });
    let recordedAtStart: Session | undefined;
    const start = async () => {
      recordedAtStart = await stored('order');
      return testMoment;
    };
    await startRun('order', { store: table.store, executions: { ...executions, start }, now });
    expect(recordedAtStart).toMatchObject({ status: 'preparing', runs: 2, executionArn: arnOf('order-2') });
  });

  it('takes the failure of the last run off the record', async () => {
    const failure = { error: 'NotEnoughClips', reason: 'only 5', at: testMoment } as const;
    await record('clean', { ...failed, failure });
    const { executions, started } = fakeExecutions({ old: 'ended' });
    expect(await startRun('clean', { store: table.store, executions, now })).not.toHaveProperty('failure');
    expect(started).toEqual(['clean-2 {"sessionId":"clean"}']);
  });

  it('by two at the same moment starts one execution, and both get it', async () => {
    await record('race', failed);
    const { executions, started } = fakeExecutions({ old: 'ended' });
    let other: Session | undefined;
    const store = withIntruder(table.store, 'updateSession', async () => {
      other = await startRun('race', { store: table.store, executions, now });
    });
    const mine = await startRun('race', { store, executions, now });
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
    expect(await startRun('unseen', { store, executions, now })).toMatchObject(unseen);
    // Started under the recorded name: where the other has started it by then, Step Functions starts nothing.
    await executions.start('unseen-2', { sessionId: 'unseen' }, 'train');
    expect(started).toEqual(['unseen-2 {"sessionId":"unseen"}']);
  });

  /** The store, in which somebody else writes just before each of so many writes. */
  const losing = (races: number): WholeSessionStore => {
    let left = races;
    return {
      ...table.store,
      async updateSession(session, changes) {
        if (left-- > 0) await table.store.updateSession(await stored(session.sessionId), { pace: 1 });
        return table.store.updateSession(session, changes);
      },
    };
  };

  it('outlasts another run that begins at the same moment, its Prepare and two cancels: four races', async () => {
    await record('crowd', failed);
    const { executions, started } = fakeExecutions({ old: 'ended' });
    await startRun('crowd', { store: losing(4), executions, now });
    expect(started).toEqual(['crowd-2 {"sessionId":"crowd"}']);
  });

  it('gives up after five races lost, and says so', async () => {
    await record('busy', failed);
    const { executions, started } = fakeExecutions({ old: 'ended' });
    await expect(startRun('busy', { store: losing(5), executions, now })).rejects.toMatchObject({
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
    expect(await startRun('going', { store: table.store, executions, now }, change)).toMatchObject(going);
    expect(started).toEqual([]);
  });

  it.each([0, 61_000])(
    'starts an execution that the record names and that is not there %i ms later, under that name',
    async (age) => {
      const sessionId = `announced-${age}`;
      await record(sessionId, { status: 'preparing', runs: 1, executionArn: arnOf(`${sessionId}-1`) });
      const { executions, started } = fakeExecutions();
      const session = await startRun(sessionId, { store: table.store, executions, now: () => now() + age });
      expect(started).toEqual([`${sessionId}-1 {"sessionId":"${sessionId}"}`]);
      expect(session).toMatchObject({ status: 'preparing', runs: 1 });
    },
  );

  it('starts the execution in the same request after a start was throttled once', async () => {
    await record('throttled', failed);
    const { executions, started } = fakeExecutions({ old: 'ended' });
    const failing = failingOnce(executions, 'before');
    await startRun('throttled', { store: table.store, executions: failing, now });
    expect(started).toEqual(['throttled-2 {"sessionId":"throttled"}']);
  });

  it('begins one run when the response to the start is lost', async () => {
    await record('deaf', failed);
    const { executions, started } = fakeExecutions({ old: 'ended' });
    const failing = failingOnce(executions, 'after');
    expect(await startRun('deaf', { store: table.store, executions: failing, now })).toMatchObject({
      runs: 2,
    });
    expect(started).toEqual(['deaf-2 {"sessionId":"deaf"}']);
  });

  it.each([
    ['the repeated write fails on its own condition', 'RecordConflict'],
    ['the response to the write is lost', 'StorageUnavailable'],
  ] as const)('starts the recorded execution when %s', async (_, name) => {
    const sessionId = `landed-${name}`;
    await record(sessionId, failed);
    const { executions, started } = fakeExecutions({ old: 'ended' });
    let pending = true;
    const store: WholeSessionStore = {
      ...table.store,
      async updateSession(...given) {
        const written = await table.store.updateSession(...given);
        if (!pending) return written;
        pending = false;
        throw new ChirpsmithError(name, 'The write landed.');
      },
    };
    expect(await startRun(sessionId, { store, executions, now })).toMatchObject({ runs: 2 });
    expect(started).toEqual([`${sessionId}-2 {"sessionId":"${sessionId}"}`]);
  });

  it('leaves a session whose start keeps failing to a later try, which starts the same run', async () => {
    await record('unlucky', failed);
    const { executions, started } = fakeExecutions({ old: 'ended' });
    const start = async () => {
      throw new ChirpsmithError('StorageUnavailable', 'Throttled.');
    };
    const first = startRun('unlucky', { store: table.store, executions: { ...executions, start }, now });
    await expect(first).rejects.toMatchObject({ name: 'StorageUnavailable' });
    await startRun('unlucky', { store: table.store, executions, now });
    expect(started).toEqual(['unlucky-2 {"sessionId":"unlucky"}']);
  });

  it('a change that is refused writes nothing and starts nothing', async () => {
    const { session } = await record('refused', failed);
    const { executions, started } = fakeExecutions({ old: 'ended' });
    const refuse = () => {
      throw new ChirpsmithError('NotPossible', 'Not like this.');
    };
    await expect(startRun('refused', { store: table.store, executions, now }, refuse)).rejects.toMatchObject({
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
    expect(await startRun('model', deps)).toMatchObject({ status: 'ready', runs: 1 });
    await expect(startRun('gone', deps)).rejects.toMatchObject({ name: 'NotPossible' });
    expect(started).toEqual([]);
  });
});
