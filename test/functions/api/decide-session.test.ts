import { beforeAll, describe, expect, it } from 'vitest';
import { decideSession } from '../../../functions/api/decide-session/decide-session.ts';
import { route } from '../../../functions/api/decide-session/route.ts';
import type { Session } from '../../../functions/domain/session.ts';
import { arnOf, fakeExecutions, withIntruder } from '../../../test-support/fake-executions.ts';
import { openTable, recordSession, settings, testMoment } from '../../../test-support/session-records.ts';
import { admitted } from '../../admitted.ts';

const now = () => Date.parse(testMoment);
let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});

const create = (fence: Session['create']['fence'], more: Partial<Session['create']> = {}) => ({
  fence,
  calls: 1,
  earlier: [],
  checks: 4,
  ...more,
});
const record = (sessionId: string, session: Partial<Session> = {}) =>
  recordSession(table.store, {
    sessionId,
    session: {
      status: 'needs-decision',
      runs: 1,
      executionArn: arnOf(`${sessionId}-1`),
      create: create('unknown'),
      failure: { error: 'NeedsDecision', reason: 'The answer was lost.', at: testMoment },
      ...session,
    },
    track: (index) => ({ status: 'done', clipId: `clip-${index}`, attempts: 1 }),
  });
const decide = async (
  sessionId: string,
  choice: unknown,
  { executions }: ReturnType<typeof fakeExecutions>,
  { store = table.store, by = 'ana' } = {},
) =>
  decideSession(sessionId, by, admitted(route, { body: { choice } }).body, {
    store,
    executions,
    settings,
    now,
  });
const stored = (sessionId: string) => table.store.requireSession(sessionId);
const word = (choice: Session['decisions'][number]['choice'], by = 'ana') => ({ choice, by, at: testMoment });

describe('POST /sessions/{id}/decide', () => {
  it('check-again starts a run that asks the provider, with create unchanged', async () => {
    await record('ask');
    const machine = fakeExecutions();
    const answer = await decide('ask', 'check-again', machine);
    expect(answer).toMatchObject({
      status: 'preparing',
      decisions: [word('check-again')],
      creditsSpent: 106,
    });
    expect(machine.started).toEqual(['ask-2 {"sessionId":"ask"}']);
    expect(await stored('ask')).toMatchObject({
      create: create('unknown'),
      decisions: [word('check-again')],
    });
  });

  it('decides once for a request and its repetitions, also when its run is in doubt again by then', async () => {
    await record('repeated');
    const machine = fakeExecutions({ 'repeated-1': 'ended' });
    const deps = { store: table.store, executions: machine.executions, settings, now };
    const request = (requestId: string) =>
      decideSession('repeated', 'ana', { choice: 'create-again' }, deps, { requestId });
    await request('one');
    const doubt = { status: 'needs-decision', create: create('unknown', { calls: 2 }) } as const;
    await table.store.changeSession('repeated', () => doubt);
    const answer = await request('one');
    expect(answer).toMatchObject({ status: 'needs-decision', decisions: [word('create-again')] });
    expect(answer.decisions).toEqual([word('create-again')]);
    expect(await stored('repeated')).toMatchObject(doubt);
    expect(machine.started).toHaveLength(1);
    expect(await request('two')).toMatchObject({ status: 'preparing' });
    expect(machine.started).toHaveLength(2);
  });

  it('the same choice again starts the execution that was recorded and could not be started', async () => {
    const decisions = [word('create-again')];
    await record('lost', { status: 'preparing', decisions, runs: 2, executionArn: arnOf('lost-2') });
    const machine = fakeExecutions({ 'lost-1': 'ended' });
    expect(await decide('lost', 'create-again', machine)).toMatchObject({ status: 'preparing' });
    expect(machine.started).toEqual(['lost-2 {"sessionId":"lost"}']);
  });

  it('check-again on a training that failed has the run ask for it anew, not use the old answer', async () => {
    const ended = create('failed', { taskId: 'p1', finishedAt: testMoment });
    await record('anew', { status: 'failed', create: ended });
    await decide('anew', 'check-again', fakeExecutions());
    expect((await stored('anew')).create).toEqual(create('submitted', { taskId: 'p1' }));
  });

  it('create-again allows one more call, in the run that it begins, and keeps what is known of the first', async () => {
    await record('buy', { create: create('unknown', { taskId: 'p1' }) });
    const machine = fakeExecutions();
    const answer = await decide('buy', 'create-again', machine);
    // Six uploads and the first create; the second will come on top.
    expect(answer).toMatchObject({ status: 'preparing', creditsSpent: 106, creditsToCome: 100 });
    expect((await stored('buy')).create).toEqual(create('unknown', { taskId: 'p1', againIn: 2 }));
    expect(machine.started).toEqual(['buy-2 {"sessionId":"buy"}']);
  });

  it('create-again takes a corrected name, for a model whose first name the provider refused', async () => {
    await record('named');
    const { executions } = fakeExecutions();
    const deps = { store: table.store, executions, settings, now };
    const wish = async (body: object, sessionId = 'named') =>
      decideSession(sessionId, 'ana', admitted(route, { body }).body, deps);
    const leaveOut = 'is for create-again of a training only: leave it out';
    for (const [body, message] of [
      [{ choice: 'create-again', name: '  ' }, expect.any(String)],
      [{ choice: 'check-again', name: 'Other' }, leaveOut],
    ]) {
      await expect(wish(body)).rejects.toMatchObject({
        name: 'BadInput',
        message: expect.stringContaining('It cannot be decided like this.'),
        problems: [{ where: 'name', message }],
      });
    }
    await record('named-song', { kind: 'music' });
    const again = { choice: 'create-again', name: 'Other' };
    await expect(wish(again, 'named-song')).rejects.toMatchObject({
      problems: [{ where: 'name', message: leaveOut }],
    });
    expect(await wish({ choice: 'create-again', name: ' Other ' })).toMatchObject({ name: 'Other' });
    expect(await stored('named')).toMatchObject({ name: 'Other', create: { againIn: 2 } });
  });

  it('check-again is for music whose task is known: otherwise its status cannot be asked for', async () => {
    await record('song', { kind: 'music' });
    const machine = fakeExecutions();
    await expect(decide('song', 'check-again', machine)).rejects.toMatchObject({
      name: 'NotPossible',
      message:
        'The task was lost with the answer, so there is nobody to ask: look at the provider, then create-again or abandon.',
    });
    expect(machine.started).toEqual([]);
    expect(await stored('song')).toMatchObject({ status: 'needs-decision', decisions: [] });
    expect(await decide('song', 'create-again', machine)).toMatchObject({ status: 'preparing' });
    await record('known-song', { kind: 'music', create: create('unknown', { taskId: 't1' }) });
    expect(await decide('known-song', 'check-again', machine)).toMatchObject({ status: 'preparing' });
  });

  it('decides nothing for a request that had its response before, and shows the session as it is', async () => {
    await record('answered');
    const machine = fakeExecutions();
    const deps = { store: table.store, executions: machine.executions, settings, now };
    const body = { choice: 'create-again' } as const;
    const answer = await decideSession('answered', 'ana', body, deps, { requestId: 'r', isAnswered: true });
    expect(answer).toMatchObject({ status: 'needs-decision', decisions: [] });
    expect(machine.started).toEqual([]);
  });

  it('create-again once more, when its model is there, shows the model and begins nothing', async () => {
    const modelId = 'chirp-custom:1';
    await record('done', {
      status: 'ready',
      modelId,
      create: create('ready'),
      decisions: [word('create-again')],
    });
    expect(await decide('done', 'create-again', fakeExecutions())).toMatchObject({
      status: 'ready',
      modelId,
    });
    await expect(decide('done', 'check-again', fakeExecutions())).rejects.toMatchObject({
      name: 'NotPossible',
    });
  });

  it('abandon ends the session for good and starts nothing', async () => {
    await record('end');
    const machine = fakeExecutions();
    expect(await decide('end', 'abandon', machine)).toMatchObject({
      status: 'abandoned',
      actions: [],
      creditsSpent: 106,
      decisions: [word('abandon')],
    });
    expect(await stored('end')).toMatchObject({ status: 'abandoned', create: create('unknown') });
    expect(machine.started).toEqual([]);
  });

  it('keeps every decision, with who took it and when', async () => {
    await record('log', { decisions: [{ choice: 'check-again', by: 'bea', at: testMoment }] });
    await decide('log', 'create-again', fakeExecutions());
    expect((await stored('log')).decisions).toEqual([word('check-again', 'bea'), word('create-again')]);
  });

  it.each(['check-again', 'create-again', 'abandon'] as const)(
    '%s a second time, while it is carried out, changes nothing',
    async (choice) => {
      await record(`twice-${choice}`);
      const machine = fakeExecutions();
      await decide(`twice-${choice}`, choice, machine);
      const first = await stored(`twice-${choice}`);
      await decide(`twice-${choice}`, choice, machine);
      expect(await stored(`twice-${choice}`)).toEqual(first);
      expect(machine.started).toHaveLength(choice === 'abandon' ? 0 : 1);
    },
  );

  it('create-again by two at the same moment buys one more, not two', async () => {
    await record('both');
    const machine = fakeExecutions();
    const store = withIntruder(table.store, 'updateSession', () => decide('both', 'create-again', machine));
    await decide('both', 'create-again', machine, { store });
    expect(await stored('both')).toMatchObject({
      create: { fence: 'unknown', againIn: 2 },
      decisions: [word('create-again')],
    });
    expect(machine.started).toHaveLength(1);
  });

  it('create-again buys nothing when the doubt was settled meanwhile', async () => {
    await record('settled');
    const settled = { status: 'interrupted', create: create('submitted', { taskId: 'p1' }) } as const;
    const store = withIntruder(table.store, 'updateSession', () =>
      table.store.changeSession('settled', () => settled),
    );
    const machine = fakeExecutions();
    await expect(decide('settled', 'create-again', machine, { store })).rejects.toMatchObject({
      name: 'NotPossible',
      message: 'The session is "interrupted": there is nothing to decide.',
    });
    expect(await stored('settled')).toMatchObject({ ...settled, decisions: [] });
    expect(machine.started).toEqual([]);
  });

  it.each(['check-again', 'abandon'] as const)(
    'create-again is refused when %s came first, instead of being answered as if it were taken',
    async (first) => {
      await record(`first-${first}`);
      const machine = fakeExecutions();
      const store = withIntruder(table.store, 'updateSession', () =>
        decide(`first-${first}`, first, machine),
      );
      await expect(decide(`first-${first}`, 'create-again', machine, { store })).rejects.toMatchObject({
        name: 'NotPossible',
      });
      expect(await stored(`first-${first}`)).toMatchObject({
        create: { fence: 'unknown', earlier: [] },
        decisions: [word(first)],
      });
    },
  );

  it.each<[string, Partial<Session>]>([
    ['whose create was never called', { status: 'failed', create: create('none') }],
    ['that was cancelled before create', { status: 'cancelled', create: create('none') }],
    ['whose training goes on', { status: 'training', create: create('submitted') }],
    ['that has a model', { status: 'ready', create: create('ready') }],
    [
      'that was abandoned',
      { status: 'abandoned', decisions: [{ choice: 'abandon', by: 'ana', at: testMoment }] },
    ],
  ])('has nothing to decide on a session %s', async (title, session) => {
    const sessionId = title.replaceAll(' ', '-');
    await record(sessionId, session);
    const machine = fakeExecutions({ [`${sessionId}-1`]: 'running' });
    await expect(decide(sessionId, 'create-again', machine)).rejects.toMatchObject({
      name: 'NotPossible',
      message: `The session is "${session.status}": there is nothing to decide.`,
    });
    expect(machine.started).toEqual([]);
  });

  it('knows three choices, no other', async () => {
    await record('typo');
    await expect(decide('typo', 'createagain', fakeExecutions())).rejects.toMatchObject({
      name: 'BadInput',
      problems: [expect.objectContaining({ where: 'choice' })],
    });
  });

  it("does not find another owner's session", async () => {
    await record('hers');
    await expect(decide('hers', 'abandon', fakeExecutions(), { by: 'bea' })).rejects.toMatchObject({
      name: 'SessionNotFound',
    });
  });
});
