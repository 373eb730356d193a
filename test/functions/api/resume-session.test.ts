import { beforeAll, describe, expect, it } from 'vitest';
import { resumeSession } from '../../../functions/api/resume-session/resume-session.ts';
import { route } from '../../../functions/api/resume-session/route.ts';
import type { Session } from '../../../functions/domain/session.ts';
import { arnOf, fakeExecutions, withIntruder } from '../../../test-support/fake-executions.ts';
import { openTable, recordSession, settings, testMoment } from '../../../test-support/session-records.ts';
import { admitted } from '../../admitted.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});

const now = () => Date.parse(testMoment);
const failure = { error: 'ProviderRefused', reason: 'The name is taken.', at: testMoment } as const;
const record = (sessionId: string, session: Partial<Session> = {}) =>
  recordSession(table.store, {
    sessionId,
    session: { status: 'failed', failure, runs: 1, executionArn: arnOf(`${sessionId}-1`), ...session },
    track: (index) =>
      index < 5
        ? { status: 'done', clipId: `clip-${index}`, attempts: 1 }
        : { status: 'failed', attempts: 3 },
  });
const resume = async (
  sessionId: string,
  { executions }: ReturnType<typeof fakeExecutions>,
  body: unknown = undefined,
  store = table.store,
) => resumeSession(sessionId, 'ana', admitted(route, { body }).body, { store, executions, settings, now });

describe('POST /sessions/{id}/resume', () => {
  it.each(['failed', 'cancelled', 'interrupted', 'needs-decision'] as const)(
    'goes on with a session that is %s, as a run of its own, and keeps every track as it is',
    async (status) => {
      const { tracks } = await record(status, { status });
      const machine = fakeExecutions({ [`${status}-1`]: 'ended' });
      const answer = await resume(status, machine);
      expect(answer).toMatchObject({ status: 'preparing', executionArn: arnOf(`${status}-2`) });
      expect(answer).not.toHaveProperty('failure');
      expect(answer.earlierFailures).toEqual([failure]);
      expect(machine.started).toEqual([`${status}-2 {"sessionId":"${status}"}`]);
      expect((await table.store.require(status)).tracks).toEqual(tracks);
    },
  );

  it.each(['intent', 'unknown', 'submitted'] as const)(
    'keeps a create that stands at %s for the run to reconcile',
    async (fence) => {
      const create = { fence, calls: 1, earlier: [], checks: 3 };
      await record(`paid-${fence}`, { create });
      await resume(`paid-${fence}`, fakeExecutions());
      expect((await table.store.requireSession(`paid-${fence}`)).create).toEqual(create);
    },
  );

  it('begins one run for a request and its repetitions, also when that run has failed by then', async () => {
    await record('repeated');
    const machine = fakeExecutions({ 'repeated-1': 'ended' });
    const deps = { store: table.store, executions: machine.executions, settings, now };
    const request = (requestId: string, isAnswered = false) =>
      resumeSession('repeated', 'ana', {}, deps, { requestId, isAnswered });
    await request('one');
    await table.store.changeSession('repeated', () => ({ status: 'failed', failure }));
    expect(await request('one')).toMatchObject({ status: 'failed' });
    expect(machine.started).toHaveLength(1);
    await request('two');
    await table.store.changeSession('repeated', () => ({ status: 'failed', failure }));
    // Its response was made; what the record holds of a later run does not matter.
    expect(await request('one', true)).toMatchObject({ status: 'failed' });
    expect(machine.started).toHaveLength(2);
  });

  it('while a run is under way, answers with that one', async () => {
    await record('going', { status: 'uploading' });
    const machine = fakeExecutions({ 'going-1': 'running' });
    expect(await resume('going', machine)).toMatchObject({
      status: 'uploading',
      executionArn: arnOf('going-1'),
    });
    expect(machine.started).toEqual([]);
  });

  it('asked for by two at once, starts one execution, and both get their answer', async () => {
    await record('both');
    const machine = fakeExecutions({ 'both-1': 'ended' });
    let other: unknown;
    const store = withIntruder(table.store, 'updateSession', async () => {
      other = await resume('both', machine);
    });
    const mine = await resume('both', machine, undefined, store);
    expect(machine.started).toEqual(['both-2 {"sessionId":"both"}']);
    expect(other).toMatchObject({ status: 'preparing', executionArn: arnOf('both-2') });
    expect(mine).toEqual(other);
  });

  it('takes a corrected name while create has not been called', async () => {
    await record('name');
    expect(await resume('name', fakeExecutions(), { name: '  Night Drive II ' })).toMatchObject({
      name: 'Night Drive II',
    });
    expect(await table.store.requireSession('name')).toMatchObject({ name: 'Night Drive II' });
  });

  it.each(['intent', 'unknown', 'submitted', 'failed'] as const)(
    'refuses another name when create stands at %s, and starts nothing',
    async (fence) => {
      const sessionId = `late-${fence}`;
      await record(sessionId, { create: { fence, calls: 1, earlier: [], checks: 0 } });
      const machine = fakeExecutions();
      await expect(resume(sessionId, machine, { name: 'Other' })).rejects.toMatchObject({
        name: 'NotPossible',
        message: expect.stringContaining('old name'),
      });
      expect(await table.store.requireSession(sessionId)).toMatchObject({
        name: 'Night Drive',
        status: 'failed',
      });
      expect(machine.started).toEqual([]);
    },
  );

  it('does not let another name pass unheard while a run goes on', async () => {
    await record('deaf', { status: 'uploading' });
    const machine = fakeExecutions({ 'deaf-1': 'running' });
    await expect(resume('deaf', machine, { name: 'Other' })).rejects.toMatchObject({ name: 'NotPossible' });
    expect(await resume('deaf', machine, { name: 'Night Drive' })).toMatchObject({ status: 'uploading' });
  });

  it.each([
    ['an empty name', { name: '  ' }, 'name'],
    ['a field that it does not know', { nmae: 'Other' }, 'nmae'],
  ])('refuses %s, naming the field', async (_, body, where) => {
    await record(`bad-${where}`);
    const machine = fakeExecutions();
    await expect(resume(`bad-${where}`, machine, body)).rejects.toMatchObject({
      name: 'BadInput',
      problems: [expect.objectContaining({ where })],
    });
    expect(machine.started).toEqual([]);
  });

  it("is closed for an abandoned session, and another owner's does not exist", async () => {
    await record('abandoned', { status: 'abandoned' });
    await record('hers', { owner: 'bea' });
    const machine = fakeExecutions();
    await expect(resume('abandoned', machine)).rejects.toMatchObject({ name: 'NotPossible' });
    await expect(resume('hers', machine)).rejects.toMatchObject({ name: 'SessionNotFound' });
    expect(machine.started).toEqual([]);
  });
});
