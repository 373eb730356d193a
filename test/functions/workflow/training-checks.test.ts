import { beforeAll, describe, expect, it } from 'vitest';
import type { Session, Track } from '../../../functions/domain/session.ts';
import type { Provider } from '../../../functions/provider/provider.ts';
import { ChirpsmithError } from '../../../functions/shared/errors.ts';
import { mostEmptySuccesses, type TrainingState } from '../../../functions/shared/state-contracts.ts';
import { checkTraining } from '../../../functions/workflow/check-training/check-training.ts';
import { createModel } from '../../../functions/workflow/create-model/create-model.ts';
import { openTable, recordSession, settings, testMoment } from '../../../test-support/session-records.ts';
import { providerError, scriptedProvider, statusOf } from '../../scripted-provider.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});

const now = () => testMoment;
const create = (fence: Session['create']['fence'], more: Partial<Session['create']> = {}) => ({
  ...{ fence, calls: fence === 'none' ? 0 : 1, checks: 0, earlier: [] },
  ...more,
});
/** A session whose tracks have their clips. */
async function record(
  sessionId: string,
  session: Partial<Session> = {},
  track: (index: number) => Partial<Track> = () => ({}),
) {
  await recordSession(table.store, {
    sessionId,
    session: { status: 'training', providerSessionId: `p-${sessionId}`, runs: 1, ...session },
    track: (index) => ({ status: 'done', clipId: `clip-${index + 1}`, attempts: 1, ...track(index) }),
  });
  return sessionId;
}
const depsWith = (provider: Provider) => ({
  ...{ store: table.store, models: table.models, provider, settings, now },
  random: () => 0.5,
});
const position: Omit<TrainingState, 'sessionId'> = {
  ...{ wait: 0, waited: 0, total: 0, checks: 0, refusals: 0 },
  verdict: 'waiting',
};
const nobody = scriptedProvider({}).provider;
const check = (sessionId: string, provider: Provider = nobody, state: Partial<TrainingState> = {}) =>
  checkTraining({ sessionId, ...position, ...state }, depsWith(provider));
const told = (...status: (ReturnType<typeof statusOf> | Error)[]) => scriptedProvider({ status }).provider;
const recorded = (sessionId: string) => table.store.requireSession(sessionId);
let models = 0;
const newModelId = () =>
  `chirp-custom:0a1b2c3d-0000-4000-8000-0000000001${String(++models).padStart(2, '0')}`;

describe('Create model', () => {
  it('of a session whose model is ready says so, and keeps the position', async () => {
    await record('made', { create: create('ready') });
    const state = { sessionId: 'made', wait: 9, waited: 9, total: 40, checks: 3, refusals: 1 };
    expect(await createModel(state, depsWith(nobody))).toEqual({
      ...{ sessionId: 'made', wait: 0, waited: 0, total: 40, checks: 3, refusals: 0 },
      verdict: 'done',
    });
  });

  it('buys nothing for a session that was cancelled, and names its status', async () => {
    await record('late', { status: 'cancelled' });
    await expect(createModel({ sessionId: 'late' }, depsWith(nobody))).rejects.toMatchObject({
      name: 'NotPossible',
      message: 'Session late is "cancelled": nothing is bought.',
    });
  });

  it('hands over the clips of tracks that are done, and no other, and writes down which', async () => {
    await recordSession(table.store, {
      sessionId: 'seven',
      count: 8,
      session: { status: 'creating', providerSessionId: 'p-seven' },
      track: (index) => ({
        status: index === 7 ? 'failed' : 'done',
        ...(index === 6 ? {} : { clipId: `clip-${index + 1}` }),
      }),
    });
    const { provider, calls } = scriptedProvider({ create: [{ taskId: 'p-seven' }] });
    await createModel({ sessionId: 'seven' }, depsWith(provider));
    const clipIds = [1, 2, 3, 4, 5, 6].map((number) => `clip-${number}`);
    expect(calls[0]?.request).toMatchObject({ clipIds });
    expect((await recorded('seven')).create.clipIds).toEqual(clipIds);
  });

  it('with too few clips says how many there are', async () => {
    await record('few', { status: 'creating' }, (index) => (index < 4 ? {} : { status: 'failed' }));
    await expect(createModel({ sessionId: 'few' }, depsWith(nobody))).rejects.toThrow(
      'Session few has 4 clips.',
    );
  });

  it('says what the provider refused to do', async () => {
    await record('refused', { status: 'creating' });
    const refusal = providerError('ProviderRefused', 'no', { reason: 'The name is taken.' });
    const { provider } = scriptedProvider({ create: [refusal] });
    await expect(createModel({ sessionId: 'refused' }, depsWith(provider))).rejects.toThrow(
      'The provider refused to train: The name is taken.',
    );
  });
});

describe('Check training, while the provider takes no call', () => {
  const { deadline } = settings.schedules.training;
  const refusals = settings.limits.createCalls;
  /** Two calls more than one, because a person allowed it. */
  const allowed = create('unknown', { againIn: 1 });

  it('calls again until the deadline, and then says how long it was', async () => {
    await record('away', { create: create('none') });
    const before = { total: deadline - 10, wait: 9, refusals: 1 };
    expect(await check('away', nobody, before)).toMatchObject({ verdict: 'again', wait: 0 });
    await expect(check('away', nobody, { ...before, wait: 10 })).rejects.toMatchObject({
      name: 'DeadlineExceeded',
      message: `The provider did not take the call to train within ${deadline} s.`,
    });
  });

  it('says how many calls were made, and what was paid for', async () => {
    await record('never', { create: create('none') });
    await record('once', { create: allowed });
    const said = `${refusals} calls ended before the provider took them`;
    await expect(check('never', nobody, { refusals })).rejects.toThrow(
      `The call to train could not be made, and nothing was paid: ${said}`,
    );
    await expect(check('once', nobody, { refusals })).rejects.toThrow(
      `The call to train could not be made, and nothing was paid for this call: ${said}`,
    );
  });

  it('says what kept the last call from being made', async () => {
    const lost = { Error: 'AccessDenied', Cause: 'may not read the secret' };
    await record('denied', { create: create('none') });
    await record('denied-once', { create: allowed });
    await expect(check('denied', nobody, { refusals, lost })).rejects.toMatchObject({
      name: 'AccessDenied',
      message: 'The call to train could not be made, and nothing was paid: may not read the secret',
    });
    await expect(check('denied-once', nobody, { refusals, lost })).rejects.toThrow(
      'The call to train could not be made, and nothing was paid for this call: may not read the secret',
    );
  });
});

describe('Check training, while the call is in doubt', () => {
  const after = { wait: 60 };

  it.each(['failed', 'timeout'])('takes the end "%s" for that of the only call', async (status) => {
    await record(`only-${status}`, { create: create('unknown') });
    await expect(check(`only-${status}`, told(statusOf(status)))).rejects.toMatchObject({
      name: 'TrainingFailed',
    });
    expect((await recorded(`only-${status}`)).create).toMatchObject({
      ...{ fence: 'failed', taskId: `p-only-${status}`, checks: 1, finishedAt: testMoment },
    });
  });

  it.each(['queued', 'running', 'stream', 'success'])(
    'takes "%s" for a proof also after an earlier call',
    async (status) => {
      const sessionId = `twice-${status}`;
      const earlier: Session['create']['earlier'] = [{ fence: 'unknown' }];
      await record(sessionId, { create: create('unknown', { calls: 2, earlier }) });
      expect(await check(sessionId, told(statusOf(status)))).toMatchObject({ verdict: 'waiting' });
      expect((await recorded(sessionId)).create).toMatchObject({
        ...{ fence: 'submitted', taskId: `p-${sessionId}` },
      });
    },
  );

  it('asks again by the settle schedule, and not before a busy provider wants it', async () => {
    await record('busy', { create: create('intent') });
    const busy = providerError('ProviderThrottled', 'no', { retryAfter: 20.5 });
    const first = await check('busy', told(busy), { wait: 5 });
    expect(first).toMatchObject({ verdict: 'waiting', waited: 5, wait: 21, checks: 1 });
    expect(await check('busy', told(statusOf('ready')), { wait: 5 })).toMatchObject({ wait: 10 });
    expect((await recorded('busy')).create).toMatchObject({ fence: 'intent', checks: 0 });
  });

  it('leaves it to a person when nothing settles it, with all that is known and what the account has left, and counts its checks', async () => {
    await record('mute', { create: create('unknown', { lost: 'socket hang up', checks: 2 }) });
    const { provider } = scriptedProvider({ status: [statusOf('ready')], credits: [9673] });
    await expect(check('mute', provider, { ...after, checks: 3 })).rejects.toMatchObject({
      name: 'NeedsDecision',
      message:
        'The answer to create was lost (socket hang up), and its status does not settle it (the provider calls the session "ready"). The 100 credits may have been taken or not; a second create may cost them again.',
    });
    const { create: asked, journal } = await recorded('mute');
    expect(asked.checks).toBe(6);
    expect(journal?.balances).toEqual([{ at: testMoment, credits: 9673 }]);
    await record('deaf', { create: create('intent') });
    await expect(check('deaf', told(providerError('ProviderUnreachable', 'no')), after)).rejects.toThrow(
      'The answer to create was lost, and its status does not settle it (ProviderUnreachable in a test).',
    );
  });
});

describe('Check training', () => {
  const submitted = (sessionId: string, more: Partial<Session> = {}) =>
    record(sessionId, {
      create: create('submitted', {
        ...{ taskId: `task-${sessionId}`, checks: 4 },
        clipIds: ['clip-1', 'clip-2'],
      }),
      ...more,
    });

  it('of a training that failed before says why, also where no reason is recorded', async () => {
    const failure = { error: 'ProviderContradiction', reason: 'It is another.', at: testMoment } as const;
    await record('told', { create: create('failed'), failure });
    await record('untold', { create: create('failed') });
    await expect(check('told')).rejects.toMatchObject({
      name: 'ProviderContradiction',
      message: 'It is another.',
    });
    await expect(check('untold')).rejects.toMatchObject({
      name: 'TrainingFailed',
      message: 'The training failed.',
    });
  });

  it('of a ready model keeps the checks that were made', async () => {
    await record('over', { create: create('ready') });
    expect(await check('over', nobody, { checks: 3, wait: 8, waited: 100 })).toMatchObject({
      ...{ verdict: 'done', wait: 0, waited: 108, checks: 3 },
    });
  });

  it('asks about the task, writes down how it ended, and forgets an earlier failure', async () => {
    const failure = { error: 'DeadlineExceeded', reason: 'slow', at: testMoment } as const;
    await submitted('ends', { failure });
    const { provider, calls } = scriptedProvider({
      status: [statusOf('success', { modelId: newModelId() })],
    });
    expect(await check('ends', provider, { checks: 2 })).toMatchObject({ verdict: 'done', wait: 0 });
    expect(calls).toEqual([{ call: 'status', request: 'task-ends' }]);
    const after = await recorded('ends');
    expect(after.create).toMatchObject({ fence: 'ready', finishedAt: testMoment, checks: 7 });
    expect(after).not.toHaveProperty('failure');
  });

  it('that failed is recorded with the words of the provider, its moment and its checks', async () => {
    await submitted('fails');
    const failed = statusOf('failed', { failReason: 'Too much noise.' });
    await expect(check('fails', told(failed), { checks: 2 })).rejects.toThrow('Too much noise.');
    expect(await recorded('fails')).toMatchObject({
      failure: { error: 'TrainingFailed', reason: 'Too much noise.', at: testMoment },
      create: { fence: 'failed', finishedAt: testMoment, checks: 7 },
    });
  });

  it('puts the model into the registry with the files that it is made of, and what it cost', async () => {
    const place = { host: 'api.example', dialect: 'mountsea', stage: 'local' } as const;
    const modelId = newModelId();
    await submitted('registers', { owner: 'kim', provider: place });
    await check('registers', told(statusOf('success', { modelId })));
    expect(await table.models.list('kim')).toEqual([
      {
        ...{ modelId, name: 'Night Drive', owner: 'kim', sessionId: 'registers', createdAt: testMoment },
        ...{ files: ['song 1.mp3', 'song 2.mp3'], credits: 106, provider: place },
      },
    ]);
    const reasons = (await recorded('registers')).missing?.map(({ file, reason }) => `${file} ${reason}`);
    expect(reasons).toEqual([3, 4, 5, 6].map((number) => `song ${number}.mp3 has no clip`));
  });

  it('of a session without a place of its provider registers a model without one', async () => {
    await submitted('nowhere', { owner: 'lou' });
    await check('nowhere', told(statusOf('success', { modelId: newModelId() })));
    expect((await table.models.list('lou'))[0]).not.toHaveProperty('provider');
  });

  it('whose record cannot be written now leaves the training as it is, to be checked again', async () => {
    await submitted('storage');
    const store = {
      ...table.store,
      claimId: () => Promise.reject(new ChirpsmithError('StorageUnavailable', 'SlowDown')),
    };
    const provider = told(statusOf('success', { modelId: newModelId() }));
    const checked = checkTraining({ sessionId: 'storage', ...position }, { ...depsWith(provider), store });
    await expect(checked).rejects.toMatchObject({ name: 'StorageUnavailable' });
    expect((await recorded('storage')).create.fence).toBe('submitted');
  });

  it('asks for as long as the training is running', async () => {
    await submitted('long');
    const provider = told(...Array.from({ length: 2 * mostEmptySuccesses }, () => statusOf('running')));
    let state: TrainingState = { sessionId: 'long', ...position };
    for (let checks = 1; checks <= 2 * mostEmptySuccesses; checks++) {
      state = await checkTraining(state, depsWith(provider));
      expect(state).toMatchObject({ verdict: 'waiting', checks });
    }
  });

  it('at its deadline says what it knows last and what a resume does, and counts its checks', async () => {
    const { deadline } = settings.schedules.training;
    await submitted('slow');
    const rest = `It may still end well: a resume looks again; a second create would be paid again.`;
    const late = { total: deadline, checks: 2 };
    await expect(check('slow', told(statusOf('queued')), late)).rejects.toThrow(
      `The training was not done after ${deadline} s (its last status was "queued"). ${rest}`,
    );
    expect((await recorded('slow')).create).toMatchObject({ fence: 'submitted', checks: 7 });
    const away = told(providerError('ProviderUnreachable', 'no'));
    await expect(check('slow', away, late)).rejects.toThrow(`${deadline} s (ProviderUnreachable in a test).`);
  });

  it('of a record without a task makes no call', async () => {
    await recordSession(table.store, {
      sessionId: 'no-task',
      session: { status: 'training', create: create('submitted') },
    });
    await expect(check('no-task')).rejects.toMatchObject({
      name: 'Unexpected',
      message: 'Session no-task has no task.',
    });
  });

  it('lets an error out that is no response of the provider', async () => {
    await submitted('key');
    const denied = new ChirpsmithError('AccessDenied', 'may not read the secret');
    await expect(check('key', told(denied))).rejects.toBe(denied);
  });
});
