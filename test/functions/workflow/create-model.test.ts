import { beforeAll, describe, expect, it } from 'vitest';
import type { Session } from '../../../functions/domain/session.ts';
import type { WholeSessionStore } from '../../../functions/domain/session-records.ts';
import { ChirpsmithError } from '../../../functions/shared/errors.ts';
import { checkTraining } from '../../../functions/workflow/check-training/check-training.ts';
import { createModel } from '../../../functions/workflow/create-model/create-model.ts';
import { openTable, recordSession, settings, testMoment } from '../../../test-support/session-records.ts';
import { providerError, scriptedProvider } from '../../scripted-provider.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});

const now = () => testMoment;
const random = () => 0.5;

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

describe('Create model', () => {
  it('hands over the clips in the order of the tracks and writes down the task', async () => {
    await readySession('ok');
    const { provider, calls } = scriptedProvider({ create: [{ taskId: 'p-ok' }] });
    const state = await createModel(
      { sessionId: 'ok' },
      { store: table.store, provider, settings, now, random },
    );
    expect(calls).toEqual([
      {
        call: 'create',
        request: {
          sessionId: 'p-ok',
          name: 'Night Drive',
          clipIds: ['clip-1', 'clip-2', 'clip-3', 'clip-4', 'clip-5', 'clip-6'],
        },
      },
    ]);
    expect(state).toMatchObject({ verdict: 'waiting', wait: 128, waited: 0 });
    expect(await table.store.requireSession('ok')).toMatchObject({
      status: 'training',
      create: { fence: 'submitted', taskId: 'p-ok', calls: 1 },
    });
  });

  it('is not called with fewer clips than the provider trains on, or without its session', async () => {
    const five = (index: number) =>
      index < 5 ? ({ status: 'done', clipId: `clip-${index}` } as const) : ({ status: 'failed' } as const);
    const sessions = { five: { providerSessionId: 'p' }, 'no-session': {} };
    for (const [sessionId, more] of Object.entries(sessions)) {
      const session = { status: 'creating', minClips: 6, ...more } as const;
      await recordSession(table.store, {
        sessionId,
        session,
        track: sessionId === 'five' ? five : (index) => ({ status: 'done', clipId: `clip-${index}` }),
      });
      const { provider, calls } = scriptedProvider({});
      const made = createModel({ sessionId }, { store: table.store, provider, settings, now, random });
      await expect(made).rejects.toMatchObject({ name: 'NotEnoughClips' });
      expect(calls).toEqual([]);
      expect(await fenceOf(sessionId)).toBe('none');
    }
  });

  it('has written its intent before the call is made', async () => {
    await readySession('before');
    const { provider } = scriptedProvider({ create: [{ taskId: 'p-before' }] });
    const seen: string[] = [];
    const watching = {
      ...provider,
      create: async (request: Parameters<typeof provider.create>[0]) => {
        seen.push(await fenceOf('before'));
        return provider.create(request);
      },
    };
    await createModel(
      { sessionId: 'before' },
      { store: table.store, provider: watching, settings, now, random },
    );
    expect(seen).toEqual(['intent']);
  });

  it.each(['intent', 'unknown', 'submitted', 'failed'] as const)(
    'does not call again when the fence is at %s',
    async (fence) => {
      await readySession(`again-${fence}`, { fence, calls: 1 });
      const { provider, calls } = scriptedProvider({});
      const deps = { store: table.store, models: table.models, provider, settings, now, random };
      const state = await createModel({ sessionId: `again-${fence}` }, deps);
      expect(state).toMatchObject({ verdict: 'waiting', wait: 0 });
      expect(calls).toEqual([]);
    },
  );

  it('of two runs at the same moment, one calls', async () => {
    await readySession('two');
    const { provider, count } = scriptedProvider({ create: [{ taskId: 'p-two' }] });
    const deps = { store: table.store, models: table.models, provider, settings, now, random };
    const both = await Promise.allSettled([
      createModel({ sessionId: 'two' }, deps),
      createModel({ sessionId: 'two' }, deps),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { name: 'RecordConflict' },
    });
    expect(count('create')).toBe(1);
  });

  it.each([
    // Spread over 10 s; chance is half of it here.
    ['ProviderThrottled', 40, 45],
    ['ProviderThrottled', undefined, 15],
    ['ProviderUnreachable', undefined, 15],
  ] as const)('%s with Retry-After %s puts the fence back and waits %s s', async (name, retryAfter, wait) => {
    const sessionId = `refused-${name}-${retryAfter}`;
    await readySession(sessionId);
    const trouble = providerError(name, 'no', retryAfter === undefined ? {} : { retryAfter });
    const { provider } = scriptedProvider({ create: [trouble] });
    const state = await createModel({ sessionId }, { store: table.store, provider, settings, now, random });
    expect(state).toMatchObject({ verdict: 'waiting', wait, refusals: 1 });
    expect(await fenceOf(sessionId)).toBe('none');

    const check = await checkTraining(state, {
      store: table.store,
      models: table.models,
      provider: scriptedProvider({}).provider,
      settings,
      now,
    });
    expect(check).toMatchObject({ verdict: 'again', total: wait });
  });

  it.each(['ProviderRefused', 'ProviderAuth', 'CreditsExhausted'] as const)(
    '%s puts the fence back and ends the run with the words of the provider',
    async (name) => {
      await readySession(`end-${name}`);
      const { provider } = scriptedProvider({
        create: [providerError(name, 'no', { reason: 'name is taken' })],
      });
      const made = createModel(
        { sessionId: `end-${name}` },
        { store: table.store, provider, settings, now, random },
      );
      await expect(made).rejects.toMatchObject({ name, message: expect.stringContaining('name is taken') });
      expect(await fenceOf(`end-${name}`)).toBe('none');
    },
  );

  it('puts the fence back when the key could not be read: nothing was sent', async () => {
    await readySession('no-key');
    const denied = new ChirpsmithError('AccessDenied', 'may not read the secret');
    const { provider } = scriptedProvider({ create: [denied] });
    const made = createModel(
      { sessionId: 'no-key' },
      { store: table.store, provider, settings, now, random },
    );
    await expect(made).rejects.toBe(denied);
    expect(await fenceOf('no-key')).toBe('none');
  });

  it('leaves the fence at intent when create was taken but that could not be written down', async () => {
    await readySession('unwritten');
    const { provider } = scriptedProvider({ create: [{ taskId: 'p-unwritten' }] });
    // Only that write fails: what would put the fence back would be written.
    let writes = 0;
    const store: WholeSessionStore = {
      ...table.store,
      changeSession: (...given) =>
        ++writes === 1
          ? Promise.reject(new ChirpsmithError('StorageUnavailable', 'throttled'))
          : table.store.changeSession(...given),
    };
    const made = createModel({ sessionId: 'unwritten' }, { store, provider, settings, now, random });
    await expect(made).rejects.toMatchObject({ name: 'StorageUnavailable' });
    expect(await fenceOf('unwritten')).toBe('intent');
  });

  it('leaves the fence at intent after an unexpected error', async () => {
    await readySession('bug');
    const { provider } = scriptedProvider({ create: [new TypeError('a bug')] });
    const made = createModel({ sessionId: 'bug' }, { store: table.store, provider, settings, now, random });
    await expect(made).rejects.toThrow('a bug');
    expect(await fenceOf('bug')).toBe('intent');
  });

  it('leaves the fence at unknown when the answer was lost', async () => {
    await readySession('lost');
    const { provider } = scriptedProvider({ create: [providerError('ProviderAnswerLost', 'unknown')] });
    const state = await createModel(
      { sessionId: 'lost' },
      { store: table.store, provider, settings, now, random },
    );
    expect(state).toMatchObject({ verdict: 'waiting', wait: settings.schedules.settle.checks[0] });
    expect(await fenceOf('lost')).toBe('unknown');
  });
});
