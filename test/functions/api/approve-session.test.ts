import { beforeAll, describe, expect, it } from 'vitest';
import { approveSession } from '../../../functions/api/approve-session/approve-session.ts';
import type { Session } from '../../../functions/domain/session.ts';
import { arnOf, fakeExecutions, withIntruder } from '../../../test-support/fake-executions.ts';
import { openTable, recordSession, settings, testMoment } from '../../../test-support/session-records.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});

const now = () => Date.parse(testMoment);
const record = (sessionId: string, session: Partial<Session> = {}) =>
  recordSession(table.store, {
    sessionId,
    session: { status: 'review', review: true, runs: 1, executionArn: arnOf(`${sessionId}-1`), ...session },
  });
const approve = (
  sessionId: string,
  { executions }: ReturnType<typeof fakeExecutions>,
  { store = table.store, at = now() } = {},
) => approveSession(sessionId, 'ana', { store, executions, settings, now: () => at });
const stored = (sessionId: string) => table.store.requireSession(sessionId);

describe('POST /sessions/{id}/approve', () => {
  it('writes down who approved and when, and begins the run that buys the training', async () => {
    await record('yes');
    const machine = fakeExecutions({ 'yes-1': 'ended' });
    expect(await approve('yes', machine)).toMatchObject({ status: 'preparing' });
    expect(await stored('yes')).toMatchObject({ approval: { by: 'ana', at: testMoment }, runs: 2 });
    expect(machine.started).toEqual(['yes-2 {"sessionId":"yes"}']);
  });

  it('a second time changes nothing: the first approval is kept, one execution runs', async () => {
    await record('again');
    const machine = fakeExecutions({ 'again-1': 'ended' });
    await approve('again', machine);
    expect(await approve('again', machine, { at: now() + 60_000 })).toMatchObject({ status: 'preparing' });
    expect(await stored('again')).toMatchObject({ approval: { at: testMoment }, runs: 2 });
    expect(machine.started).toHaveLength(1);
  });

  it('a second time starts the execution that the first has recorded and could not start', async () => {
    const approval = { by: 'ana', at: testMoment };
    await record('lost', { status: 'preparing', approval, runs: 2, executionArn: arnOf('lost-2') });
    const machine = fakeExecutions({ 'lost-1': 'ended' });
    expect(await approve('lost', machine)).toMatchObject({ status: 'preparing' });
    expect(machine.started).toEqual(['lost-2 {"sessionId":"lost"}']);
  });

  it('by two at once starts one execution, and both get their answer', async () => {
    await record('both');
    const machine = fakeExecutions({ 'both-1': 'ended' });
    const store = withIntruder(table.store, 'updateSession', () => approve('both', machine));
    expect(await approve('both', machine, { store })).toMatchObject({ status: 'preparing' });
    expect(machine.started).toHaveLength(1);
  });

  it('does not undo a cancel of the same moment', async () => {
    await record('stopped');
    const machine = fakeExecutions({ 'stopped-1': 'ended' });
    const store = withIntruder(table.store, 'updateSession', async () =>
      table.store.updateSession(await stored('stopped'), { status: 'cancelled' }),
    );
    await expect(approve('stopped', machine, { store })).rejects.toMatchObject({ name: 'NotPossible' });
    expect(await stored('stopped')).toMatchObject({ status: 'cancelled', runs: 1 });
    expect(machine.started).toEqual([]);
  });

  it('does not claim to be heard by a run that began without it', async () => {
    await record('passed');
    const machine = fakeExecutions({ 'passed-1': 'ended', 'passed-2': 'running' });
    const going = { status: 'preparing', runs: 2, executionArn: arnOf('passed-2') } as const;
    const store = withIntruder(table.store, 'updateSession', async () =>
      table.store.updateSession(await stored('passed'), going),
    );
    await expect(approve('passed', machine, { store })).rejects.toMatchObject({ name: 'NotPossible' });
    expect(await stored('passed')).not.toHaveProperty('approval');
  });

  it.each(['open', 'uploading', 'training', 'ready', 'failed', 'cancelled', 'needs-decision'] as const)(
    'refuses a session that is %s, in words that say so',
    async (status) => {
      await record(`no-${status}`, { status });
      const machine = fakeExecutions({ [`no-${status}-1`]: 'running' });
      await expect(approve(`no-${status}`, machine)).rejects.toMatchObject({
        name: 'NotPossible',
        message: `The session is "${status}": there is nothing to approve.`,
      });
      expect(machine.started).toEqual([]);
    },
  );

  it("does not find another owner's session", async () => {
    await record('hers', { owner: 'bea' });
    await expect(approve('hers', fakeExecutions())).rejects.toMatchObject({ name: 'SessionNotFound' });
  });
});
