import { beforeAll, describe, expect, it } from 'vitest';
import type { Session } from '../../../functions/domain/session.ts';
import type { WholeSessionStore } from '../../../functions/domain/session-records.ts';
import { ChirpsmithError } from '../../../functions/shared/errors.ts';
import type { TrainingState } from '../../../functions/shared/state-contracts.ts';
import { checkTraining } from '../../../functions/workflow/check-training/check-training.ts';
import { openTable, recordSession, settings, testMoment } from '../../../test-support/session-records.ts';
import { providerError, scriptedProvider, statusOf } from '../../scripted-provider.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});

const now = () => testMoment;
const modelId = 'chirp-custom:0a1b2c3d-0000-4000-8000-000000000001';

async function readySession(sessionId: string, create: Partial<Session['create']> = {}) {
  await recordSession(table.store, {
    sessionId,
    session: {
      status: 'creating',
      providerSessionId: `p-${sessionId}`,
      create: { fence: 'none', calls: 0, earlier: [], checks: 0, ...create },
    },
    track: (index) => ({ status: 'done', clipId: `clip-${index + 1}` }),
  });
}
const fenceOf = async (sessionId: string) => (await table.store.requireSession(sessionId)).create.fence;

const position: Omit<TrainingState, 'sessionId'> = {
  wait: 5,
  waited: 0,
  total: 0,
  checks: 0,
  refusals: 0,
  verdict: 'waiting',
};

describe('Check training, after a lost answer', () => {
  it.each(['queued', 'running', 'stream'])('takes "%s" for a proof that create was taken', async (status) => {
    await readySession(`taken-${status}`, { fence: 'unknown', calls: 1 });
    const { provider, calls } = scriptedProvider({ status: [statusOf(status)] });
    const deps = { store: table.store, models: table.models, provider, settings, now };
    const state = await checkTraining({ sessionId: `taken-${status}`, ...position }, deps);
    expect(state.verdict).toBe('waiting');
    expect(calls).toEqual([{ call: 'status', request: `p-taken-${status}` }]);
    expect(await table.store.requireSession(`taken-${status}`)).toMatchObject({
      status: 'training',
      create: { fence: 'submitted', calls: 1 },
    });
  });

  it.each(['ready', 'a-new-word'])(
    'does not take "%s" for a proof of anything: asks for a minute, then a person',
    async (status) => {
      const sessionId = `doubt-${status}`;
      await readySession(sessionId, { fence: 'intent', calls: 1 });
      const { provider, count } = scriptedProvider({
        status: Array.from({ length: 9 }, () => statusOf(status)),
      });
      const deps = { store: table.store, models: table.models, provider, settings, now };
      let state: TrainingState = { sessionId, ...position };
      await expect(async () => {
        for (let round = 0; round < 9; round++) state = await checkTraining(state, deps);
      }).rejects.toMatchObject({ name: 'NeedsDecision' });
      expect(count('status')).toBe(4);
      expect(state.waited + state.wait).toBe(60);
      expect(await fenceOf(sessionId)).toBe('intent');
    },
  );

  it.each(['failed', 'timeout'])(
    'does not take the "%s" of an earlier create for an answer to the one that a person decided on',
    async (status) => {
      const sessionId = `stale-${status}`;
      await readySession(sessionId, { fence: 'unknown', calls: 2, earlier: [{ fence: 'unknown' }] });
      const { provider } = scriptedProvider({ status: [statusOf(status)] });
      const deps = { store: table.store, models: table.models, provider, settings, now };
      expect(await checkTraining({ sessionId, ...position }, deps)).toMatchObject({ verdict: 'waiting' });
      expect(await fenceOf(sessionId)).toBe('unknown');
    },
  );

  it('goes straight to ready when the training has ended meanwhile', async () => {
    await readySession('ended', { fence: 'unknown', calls: 1 });
    const { provider } = scriptedProvider({ status: [statusOf('success', { modelId })] });
    const state = await checkTraining(
      { sessionId: 'ended', ...position },
      { store: table.store, models: table.models, provider, settings, now },
    );
    expect(state.verdict).toBe('done');
    expect(await table.store.requireSession('ended')).toMatchObject({ status: 'ready', modelId });
  });
});

describe('Check training', () => {
  const submitted = (sessionId: string) =>
    readySession(sessionId, { fence: 'submitted', calls: 1, taskId: `p-${sessionId}` });

  it('does not believe success without the id of a custom model', async () => {
    await submitted('empty');
    const { provider } = scriptedProvider({ status: [statusOf('success')] });
    const deps = { store: table.store, models: table.models, provider, settings, now };
    const state = await checkTraining({ sessionId: 'empty', ...position, wait: 100 }, deps);
    expect(state).toMatchObject({ verdict: 'waiting', waited: 100, wait: 28, checks: 1 });
    expect((await table.store.requireSession('empty')).modelId).toBeUndefined();
  });

  it('a check that fails moves the next one, by Retry-After if that is longer', async () => {
    await submitted('moved');
    const { provider } = scriptedProvider({
      status: [
        providerError('ProviderThrottled', 'no', { retryAfter: 90 }),
        providerError('ProviderAnswerLost', 'unknown'),
      ],
    });
    const deps = { store: table.store, models: table.models, provider, settings, now };
    const first = await checkTraining({ sessionId: 'moved', ...position, wait: 100 }, deps);
    expect(first).toMatchObject({ verdict: 'waiting', wait: 90 });
    expect(await checkTraining(first, deps)).toMatchObject({ verdict: 'waiting', waited: 190, wait: 8 });
  });

  it.each([
    ['failed', 'The dataset is too small.', 'The dataset is too small.'],
    ['failed', undefined, 'ended the training as "failed" and gave no reason'],
    ['timeout', undefined, 'ended the training as "timeout"'],
  ])('%s with the reason %s ends the run in those words', async (status, failReason, words) => {
    const sessionId = `fail-${status}-${failReason?.length}`;
    await submitted(sessionId);
    const { provider } = scriptedProvider({
      status: [statusOf(status, failReason === undefined ? {} : { failReason })],
    });
    const checked = checkTraining(
      { sessionId, ...position, wait: 100 },
      { store: table.store, models: table.models, provider, settings, now },
    );
    await expect(checked).rejects.toMatchObject({
      name: 'TrainingFailed',
      message: expect.stringContaining(words),
    });
    expect(await fenceOf(sessionId)).toBe('failed');
  });

  it('gives up at its deadline, and not before', async () => {
    await submitted('late');
    const { deadline } = settings.schedules.training;
    const { provider } = scriptedProvider({ status: [statusOf('running'), statusOf('running')] });
    const deps = { store: table.store, models: table.models, provider, settings, now };
    const before = await checkTraining(
      { sessionId: 'late', ...position, total: deadline - 21, wait: 20 },
      deps,
    );
    expect(before.verdict).toBe('waiting');
    await expect(checkTraining({ ...before, wait: 1 }, deps)).rejects.toMatchObject({
      name: 'DeadlineExceeded',
    });
  });

  it('stops calling create after the allowed number of refusals', async () => {
    await readySession('storm');
    const { provider } = scriptedProvider({});
    const state = { sessionId: 'storm', ...position, refusals: settings.limits.createCalls };
    const checked = checkTraining(state, {
      store: table.store,
      models: table.models,
      provider,
      settings,
      now,
    });
    await expect(checked).rejects.toMatchObject({ name: 'ProviderThrottled' });
  });

  it('says why create was not called, when that is known', async () => {
    await readySession('barred');
    const { provider } = scriptedProvider({});
    const Cause =
      'User: arn:role is not authorized to perform: lambda:InvokeFunction on resource: arn:create-model';
    const lost = { Error: 'Lambda.AWSLambdaException', Cause };
    const state = { sessionId: 'barred', ...position, refusals: settings.limits.createCalls, lost };
    const checked = checkTraining(state, {
      store: table.store,
      models: table.models,
      provider,
      settings,
      now,
    });
    await expect(checked).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining(Cause),
    });
  });

  it('a model that was registered before the step was cut off is ready in the next one, and there once', async () => {
    await submitted('cut-off');
    const found = statusOf('success', { modelId: 'chirp-custom:0a1b2c3d-0000-4000-8000-0000000000aa' });
    const { provider } = scriptedProvider({ status: [found, found] });
    const store: WholeSessionStore = {
      ...table.store,
      updateSession: () => Promise.reject(new ChirpsmithError('StorageUnavailable', 'cut off')),
    };
    const deps = { store: table.store, models: table.models, provider, settings, now };
    const state = { sessionId: 'cut-off', ...position, wait: 100 };
    await expect(checkTraining(state, { ...deps, store })).rejects.toMatchObject({
      name: 'StorageUnavailable',
    });
    const ofIt = async () =>
      (await table.models.list('ana')).filter(({ sessionId }) => sessionId === 'cut-off');
    expect(await ofIt()).toHaveLength(1);
    expect(await checkTraining(state, deps)).toMatchObject({ verdict: 'done' });
    expect(await table.store.requireSession('cut-off')).toMatchObject({ status: 'ready' });
    expect(await ofIt()).toHaveLength(1);
  });

  it('a step repeated after the end finds the end in the record and makes no call', async () => {
    await readySession('done', { fence: 'ready', calls: 1 });
    const { provider, calls } = scriptedProvider({});
    const state = await checkTraining(
      { sessionId: 'done', ...position },
      { store: table.store, models: table.models, provider, settings, now },
    );
    expect(state.verdict).toBe('done');
    expect(calls).toEqual([]);
  });
});
