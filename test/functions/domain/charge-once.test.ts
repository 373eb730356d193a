import { beforeAll, describe, expect, it } from 'vitest';
import type { Session } from '../../../functions/domain/session.ts';
import type { WholeSessionStore } from '../../../functions/domain/session-records.ts';
import type { Provider } from '../../../functions/provider/provider.ts';
import { ChirpsmithError } from '../../../functions/shared/errors.ts';
import { createWholeSessionStore } from '../../../functions/storage/whole-session-store.ts';
import { openTable, testMoment } from '../../../test-support/session-records.ts';
import { repeatingClient } from '../../repeating-client.ts';
import { providerError, scriptedProvider } from '../../scripted-provider.ts';
import { paidSessions } from './paid-sessions.ts';

let table: Awaited<ReturnType<typeof openTable>>;
let sessions: ReturnType<typeof paidSessions>;
beforeAll(async () => {
  table = await openTable();
  sessions = paidSessions(table);
});

/** The provider of a script, with something that happens while its key is read. */
const slowKey = (provider: Provider, meanwhile: () => Promise<unknown>): Provider => ({
  ...provider,
  readKey: async () => {
    await meanwhile();
    return false;
  },
});

describe.each(['train', 'music'] as const)('a run that is cancelled before its paid call (%s)', (kind) => {
  const script = { create: [{ taskId: 'late' }], generate: [{ taskId: 'late' }] };

  it('buys nothing when it was cancelled while the key was read', async () => {
    const sessionId = await sessions.before(kind);
    const { provider, calls } = scriptedProvider(script);
    const one = sessions.going(
      sessionId,
      kind,
      slowKey(provider, () => sessions.going(sessionId, kind, provider).cancel()),
    );
    await expect(one.call()).rejects.toThrow();
    expect(calls.filter(({ call }) => call !== 'credits')).toEqual([]);
    expect(await one.session()).toMatchObject({ status: 'cancelled', create: { fence: 'none' } });
  });

  it('buys nothing when it was cancelled after the intent, and nothing is in doubt then', async () => {
    const sessionId = await sessions.before(kind);
    const { provider, calls } = scriptedProvider(script);
    const store: WholeSessionStore = {
      ...table.store,
      async updateSession(...given) {
        const after = await table.store.updateSession(...given);
        await sessions.going(sessionId, kind, provider).cancel();
        return after;
      },
    };
    const one = sessions.going(sessionId, kind, provider, store);
    await expect(one.call()).rejects.toMatchObject({
      name: 'NotPossible',
      message: `Session ${sessionId} is "cancelled": nothing is bought.`,
    });
    expect(calls.filter(({ call }) => call !== 'credits')).toEqual([]);
    expect(await one.session()).toMatchObject({ status: 'cancelled', create: { fence: 'none' } });
  });

  it('buys nothing in the run after it, which has started meanwhile', async () => {
    const sessionId = await sessions.before(kind);
    const { provider, calls } = scriptedProvider(script);
    const store: WholeSessionStore = {
      ...table.store,
      async updateSession(...given) {
        const after = await table.store.updateSession(...given);
        await sessions.going(sessionId, kind, provider).cancel();
        await sessions.going(sessionId, kind, provider).resume();
        return after;
      },
    };
    const one = sessions.going(sessionId, kind, provider, store);
    await expect(one.call()).rejects.toMatchObject({ name: 'NotPossible' });
    expect(calls.filter(({ call }) => call !== 'credits')).toEqual([]);
    expect(await one.session()).toMatchObject({ status: 'preparing', create: { fence: 'none' } });
  });
});

describe('an intent', () => {
  const isIntent = (values: Readonly<Record<string, unknown>>) =>
    Object(values[':create']).fence === 'intent';
  const storeOver = (client: typeof table.client) =>
    createWholeSessionStore({ client, tableName: 'sessions', clock: () => Date.parse(testMoment) });

  it('whose response was lost is recognised, and its call is made', async () => {
    const sessionId = await sessions.before();
    const { provider, count } = scriptedProvider({ create: [{ taskId: 't' }] });
    const store = storeOver(repeatingClient(table.client, isIntent));
    const one = sessions.going(sessionId, 'train', provider, store);
    expect(await one.call()).toMatchObject({ verdict: 'waiting' });
    expect(count('create')).toBe(1);
    expect(await one.session()).toMatchObject({
      status: 'training',
      create: { fence: 'submitted', calls: 1 },
    });
  });

  it('is recognised although another process wrote before it was sent again', async () => {
    const sessionId = await sessions.before();
    const { provider, count } = scriptedProvider({ create: [{ taskId: 't' }] });
    const slower = () => table.store.changeSession(sessionId, ({ pace }) => ({ pace: pace + 1 }));
    const store = storeOver(repeatingClient(table.client, isIntent, slower));
    const one = sessions.going(sessionId, 'train', provider, store);
    await one.call();
    expect(count('create')).toBe(1);
    expect(await one.session()).toMatchObject({ status: 'training', create: { fence: 'submitted' } });
  });

  it('that landed although the storage said otherwise is no doubt', async () => {
    const sessionId = await sessions.before();
    const { provider, count } = scriptedProvider({ create: [{ taskId: 't' }] });
    const store: WholeSessionStore = {
      ...table.store,
      async updateSession(...given) {
        await table.store.updateSession(...given);
        throw new ChirpsmithError('StorageUnavailable', 'throttled');
      },
    };
    const one = sessions.going(sessionId, 'train', provider, store);
    await one.call();
    expect(count('create')).toBe(1);
    expect((await one.session()).create.fence).toBe('submitted');
  });

  it('is withdrawn when the record cannot be read again before the call', async () => {
    const sessionId = await sessions.before();
    const { provider, calls } = scriptedProvider({});
    let announced = false;
    const store: WholeSessionStore = {
      ...table.store,
      async updateSession(...given) {
        announced = true;
        return table.store.updateSession(...given);
      },
      requireSession: async (id) => {
        if (announced) throw new ChirpsmithError('StorageUnavailable', 'throttled');
        return table.store.requireSession(id);
      },
    };
    const one = sessions.going(sessionId, 'train', provider, store);
    await expect(one.call()).rejects.toMatchObject({ name: 'StorageUnavailable' });
    expect(calls).toEqual([]);
    expect((await one.session()).create.fence).toBe('none');
  });

  it('that was settled before the call buys nothing', async () => {
    const sessionId = await sessions.before();
    const { provider, calls } = scriptedProvider({});
    const store: WholeSessionStore = {
      ...table.store,
      async updateSession(...given) {
        await table.store.updateSession(...given);
        return table.store.changeSession(sessionId, ({ create }) => ({
          create: { ...create, fence: 'unknown' },
        }));
      },
    };
    const one = sessions.going(sessionId, 'train', provider, store);
    await expect(one.call()).rejects.toMatchObject({ name: 'NotPossible' });
    expect(calls).toEqual([]);
    expect((await one.session()).create.fence).toBe('unknown');
  });
});

describe('a late response', () => {
  /** A call that is on its way, and ends when the test says so. */
  async function onItsWay() {
    const sessionId = await sessions.before();
    const sent = Promise.withResolvers<void>();
    const response = Promise.withResolvers<{ taskId: string }>();
    const { provider } = scriptedProvider({});
    const slow: Provider = {
      ...provider,
      create: () => {
        sent.resolve();
        return response.promise;
      },
    };
    const one = sessions.going(sessionId, 'train', slow);
    const ended = one.call().catch((error: unknown) => error);
    await sent.promise;
    const other = sessions.going(
      sessionId,
      'train',
      scriptedProvider({ create: [{ taskId: 'second' }] }).provider,
    );
    const settleAs = (fence: Session['create']['fence']) =>
      table.store.changeSession(sessionId, ({ create }) => ({ create: { ...create, fence } }));
    return { ...other, response, ended, settleAs };
  }
  const refused = () => providerError('ProviderRefused', 'no');

  it('to a call of a cancelled run does not undo the cancel', async () => {
    const one = await onItsWay();
    await one.cancel();
    one.response.resolve({ taskId: 'first' });
    await one.ended;
    expect(await one.session()).toMatchObject({ status: 'cancelled', create: { fence: 'submitted' } });
  });

  it('that it was not taken does not reopen the fence of a newer call', async () => {
    const one = await onItsWay();
    await one.cancel();
    await one.decide('create-again');
    await one.call();
    expect(await one.session()).toMatchObject({
      create: { fence: 'submitted', earlier: [{ fence: 'intent' }] },
    });
    one.response.reject(refused());
    await one.ended;
    const { create } = await one.session();
    expect(create).toMatchObject({ fence: 'submitted', taskId: 'second', earlier: [] });
    expect(await one.spent()).toBe(106);
  });

  it('that it was taken settles its own call only, and both are counted', async () => {
    const one = await onItsWay();
    await one.cancel();
    await one.decide('create-again');
    await one.call();
    one.response.resolve({ taskId: 'first' });
    await one.ended;
    expect(await one.session()).toMatchObject({
      status: 'training',
      create: { taskId: 'second', earlier: [{ fence: 'submitted', taskId: 'first' }] },
    });
    expect(await one.spent()).toBe(206);
  });

  it('to a call that is settled already changes nothing', async () => {
    const one = await onItsWay();
    await one.settleAs('submitted');
    const before = await one.session();
    one.response.resolve({ taskId: 'first' });
    expect(await one.ended).toMatchObject({ verdict: 'waiting' });
    expect(await one.session()).toEqual(before);
  });

  it('takes back the consent to another call, when that was not made', async () => {
    const one = await onItsWay();
    await one.cancel();
    await one.decide('create-again');
    one.response.resolve({ taskId: 'first' });
    await one.ended;
    const create: Session['create'] = (await one.session()).create;
    expect(create).toMatchObject({ fence: 'submitted', taskId: 'first', earlier: [] });
    expect(create.againIn).toBeUndefined();
  });
});

describe('a key that was changed', () => {
  it('is read anew after a 401, behind an intent of its own', async () => {
    const sessionId = await sessions.before();
    const { provider } = scriptedProvider({});
    const seen: unknown[] = [];
    const rotated: Provider = {
      ...provider,
      readKey: async ({ forceFetch }) => forceFetch,
      create: async () => {
        seen.push((await table.store.requireSession(sessionId)).create.fence);
        if (seen.length === 1) throw providerError('ProviderAuth', 'no', { status: 401 });
        return { taskId: 't' };
      },
    };
    const one = sessions.going(sessionId, 'train', rotated);
    await one.call();
    expect(seen).toEqual(['intent', 'intent']);
    expect(await one.session()).toMatchObject({ create: { fence: 'submitted', calls: 2, earlier: [] } });
  });

  it('is not used when the run was cancelled while it was read', async () => {
    const sessionId = await sessions.before();
    const { provider } = scriptedProvider({});
    let calls = 0;
    const rotated: Provider = {
      ...provider,
      readKey: async ({ forceFetch }) => {
        if (forceFetch) await sessions.going(sessionId, 'train', provider).cancel();
        return true;
      },
      create: async () => {
        calls++;
        throw providerError('ProviderAuth', 'no', { status: 401 });
      },
    };
    const one = sessions.going(sessionId, 'train', rotated);
    await expect(one.call()).rejects.toMatchObject({ name: 'ProviderAuth' });
    expect(calls).toBe(1);
    expect(await one.session()).toMatchObject({ status: 'cancelled', create: { fence: 'none' } });
  });
});
