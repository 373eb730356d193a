import { beforeEach, describe, expect, it } from 'vitest';
import type { Session } from '../../../functions/domain/session.ts';
import type { WholeSessionStore } from '../../../functions/domain/session-records.ts';
import { startRun } from '../../../functions/domain/start-run.ts';
import { sweep, sweepMeasurements } from '../../../functions/event-handlers/sweep/sweep.ts';
import { ChirpsmithError } from '../../../functions/shared/errors.ts';
import { arnOf, fakeExecutions, withIntruder } from '../../../test-support/fake-executions.ts';
import { openTable, recordSession, testMoment } from '../../../test-support/session-records.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeEach(async () => {
  table = await openTable();
});

const now = () => Date.parse(testMoment);
const record = (sessionId: string, session: Partial<Session>) =>
  recordSession(table.store, {
    sessionId,
    count: 1,
    session: { runs: 1, executionArn: arnOf(`${sessionId}-1`), ...session },
  });
const stored = (sessionId: string) => table.store.requireSession(sessionId);
const doubt = (fence: 'intent' | 'unknown') => ({ fence, calls: 1, earlier: [], checks: 0 });
const nothing = { neverStarted: [], started: [], interrupted: [], settling: [] };

describe('the sweep', () => {
  it.each(['preparing', 'uploading', 'creating', 'training'] as const)(
    'records a session as interrupted when its execution is gone while it was %s',
    async (status) => {
      await record('cut', { status });
      const { executions, started } = fakeExecutions({ 'cut-1': 'ended' });
      const swept = await sweep({ store: table.store, executions, now });
      expect(swept).toEqual({ ...nothing, looked: 1, interrupted: ['cut'] });
      expect(await stored('cut')).toMatchObject({
        status: 'interrupted',
        runs: 1,
        failure: { error: 'Unexpected', reason: expect.stringContaining('ended without a word') },
      });
      expect(started).toEqual([]);
      // It is not under way any more, so the next sweep does not see it.
      expect(await sweep({ store: table.store, executions, now })).toEqual({ looked: 0, ...nothing });
    },
  );

  it.each(['intent', 'unknown'] as const)(
    'has a create that was left at %s settled by a new run',
    async (fence) => {
      await record('doubt', { status: 'creating', create: doubt(fence) });
      const { executions, started } = fakeExecutions({ 'doubt-1': 'ended' });
      const swept = await sweep({ store: table.store, executions, now });
      expect(swept).toEqual({ ...nothing, looked: 1, settling: ['doubt'] });
      expect(started).toEqual(['doubt-2 {"sessionId":"doubt"}']);
      expect(await stored('doubt')).toMatchObject({ status: 'preparing', runs: 2, create: doubt(fence) });
    },
  );

  it.each(['interrupted', 'settling'] as const)(
    'does not swallow a storage that is away while it writes (%s): it is run again',
    async (what) => {
      await record(
        'away',
        what === 'settling' ? { status: 'creating', create: doubt('intent') } : { status: 'training' },
      );
      const { executions } = fakeExecutions({ 'away-1': 'ended' });
      const store: WholeSessionStore = {
        ...table.store,
        updateSession: () => Promise.reject(new ChirpsmithError('StorageUnavailable', 'throttled')),
      };
      await expect(sweep({ store, executions, now })).rejects.toMatchObject({ name: 'StorageUnavailable' });
      const swept = await sweep({ store: table.store, executions, now });
      expect(swept[what]).toEqual(['away']);
    },
  );

  it('leaves to a person what cannot be settled here, and looks at the other sessions', async () => {
    await record('elsewhere', { status: 'training', updatedAt: '2026-11-21T02:00:00.000Z' });
    await record('cut', { status: 'uploading' });
    const { executions } = fakeExecutions({ 'elsewhere-1': 'ended', 'cut-1': 'ended' });
    const store: WholeSessionStore = {
      ...table.store,
      updateSession: async (session, changes) => {
        if (session.sessionId === 'cut') return table.store.updateSession(session, changes);
        throw new ChirpsmithError('NotPossible', "another provider's");
      },
    };
    expect(await sweep({ store, executions, now })).toEqual({ ...nothing, looked: 2, interrupted: ['cut'] });
  });

  it('does not swallow a mistake of ours, in a write or in a start', async () => {
    const mistake = new TypeError('x is not a function');
    const fails = () => Promise.reject(mistake);
    await record('bug', { status: 'training' });
    const ended = fakeExecutions({ 'bug-1': 'ended' }).executions;
    const store: WholeSessionStore = { ...table.store, updateSession: fails };
    await expect(sweep({ store, executions: ended, now })).rejects.toBe(mistake);
    const executions = { ...fakeExecutions().executions, start: fails };
    const later = () => now() + 3_600_000;
    await expect(sweep({ store: table.store, executions, now: later })).rejects.toBe(mistake);
  });

  it('settles nothing of a session that became ready after the index had listed it', async () => {
    await record('late', { status: 'creating', create: doubt('unknown') });
    const stale = await stored('late');
    await table.store.updateSession(stale, { status: 'ready' });
    const { executions, started } = fakeExecutions({ 'late-1': 'ended' });
    const store: WholeSessionStore = { ...table.store, listRunning: async () => [stale] };
    expect(await sweep({ store, executions, now })).toEqual({ looked: 1, ...nothing });
    expect(started).toEqual([]);
  });

  it('lets be what runs', async () => {
    await record('runs', { status: 'training' });
    const { executions } = fakeExecutions({ 'runs-1': 'running' });
    expect(await sweep({ store: table.store, executions, now })).toEqual({ looked: 1, ...nothing });
    expect((await stored('runs')).status).toBe('training');
  });

  it('starts an execution that was announced over a minute ago and is not there, under its own name', async () => {
    await record('young', { status: 'preparing' });
    const { executions, started } = fakeExecutions();
    const at = (age: number) => sweep({ store: table.store, executions, now: () => now() + age });
    expect(await at(59_000)).toEqual({ looked: 1, ...nothing });
    expect(started).toEqual([]);
    expect(await at(61_000)).toEqual({ looked: 1, ...nothing, started: ['young'] });
    expect(started).toEqual(['young-1 {"sessionId":"young"}']);
    expect(await stored('young')).toMatchObject({ status: 'preparing', runs: 1 });
    expect(await at(62_000)).toEqual({ looked: 1, ...nothing });
  });

  it('counts an execution that cannot be started, and looks at the other sessions', async () => {
    await record('stuck', { status: 'preparing', updatedAt: '2026-11-21T02:00:00.000Z' });
    await record('cut', { status: 'uploading' });
    const { executions } = fakeExecutions({ 'cut-1': 'ended' });
    const start = async () => {
      throw new ChirpsmithError('AccessDenied', 'states:StartExecution');
    };
    const swept = await sweep({ store: table.store, executions: { ...executions, start }, now });
    expect(swept).toEqual({ ...nothing, looked: 2, neverStarted: ['stuck'], interrupted: ['cut'] });
  });

  it('counts what waits for its start for over an hour, and forgets it after a day', async () => {
    await record('forgotten', { status: 'open', runs: 0, executionArn: undefined });
    const { executions } = fakeExecutions();
    const after = (minutes: number) =>
      sweep({ store: table.store, executions, now: () => now() + minutes * 60_000 });
    expect(await after(59)).toEqual({ looked: 0, ...nothing });
    expect(await after(61)).toEqual({ looked: 0, ...nothing, neverStarted: ['forgotten'] });
    expect(await after(25 * 60)).toEqual({ looked: 0, ...nothing });
    expect((await stored('forgotten')).status).toBe('open');
  });

  it('counts for two measurements', () => {
    const swept = { ...nothing, looked: 3, neverStarted: ['a', 'b'] };
    expect(sweepMeasurements(swept)).toEqual([
      { name: 'SessionsUnderWay', value: 3 },
      { name: 'SessionsNeverStarted', value: 2 },
    ]);
  });

  it('does not look at what waits for a person, or has ended', async () => {
    const statuses = ['review', 'ready', 'failed', 'cancelled', 'interrupted', 'needs-decision'] as const;
    for (const status of statuses) await record(status, { status });
    const { executions } = fakeExecutions();
    const late = () => now() + 3_600_000;
    expect(await sweep({ store: table.store, executions, now: late })).toEqual({ looked: 0, ...nothing });
  });

  it('a resume at the same moment wins', async () => {
    await record('resumed', { status: 'uploading' });
    const { executions, started } = fakeExecutions({ 'resumed-1': 'ended' });
    const store = withIntruder(table.store, 'updateSession', () =>
      startRun('resumed', { store: table.store, executions, now }),
    );
    expect(await sweep({ store, executions, now })).toEqual({ looked: 1, ...nothing });
    expect(started).toEqual(['resumed-2 {"sessionId":"resumed"}']);
    expect(await stored('resumed')).toMatchObject({ status: 'preparing', runs: 2 });
  });

  it('two sweeps at the same moment settle a create once', async () => {
    await record('twice', { status: 'creating', create: doubt('intent') });
    const { executions, started } = fakeExecutions({ 'twice-1': 'ended' });
    const store = withIntruder(table.store, 'updateSession', () =>
      sweep({ store: table.store, executions, now }),
    );
    await sweep({ store, executions, now });
    expect(started).toHaveLength(1);
  });

  it('does not revive what was cancelled between its look and its run', async () => {
    await record('stopped', { status: 'creating', create: doubt('intent') });
    const { executions, started } = fakeExecutions({ 'stopped-1': 'ended' });
    // An index may lag behind: it still shows what the record was before the cancel.
    const before = await stored('stopped');
    await table.store.updateSession(before, { status: 'cancelled' });
    const lagging: WholeSessionStore = { ...table.store, listRunning: async () => [before] };
    expect(await sweep({ store: lagging, executions, now })).toEqual({ looked: 1, ...nothing });
    expect(started).toEqual([]);
    expect((await stored('stopped')).status).toBe('cancelled');
  });
});
