import { beforeEach, describe, expect, it } from 'vitest';
import { type ChargedCall, chargeOnce, settledBy } from '../../../functions/domain/charge-once.ts';
import type { Create, Session } from '../../../functions/domain/session.ts';
import type { createWholeSessionStore } from '../../../functions/storage/whole-session-store.ts';
import { openTable, recordSession, testMoment } from '../../../test-support/session-records.ts';
import { providerError } from '../../scripted-provider.ts';

const taken = { fence: 'submitted', taskId: 't' } as const;
const lost = { fence: 'unknown', lost: 'reset' } as const;
const refused = { fence: 'none' } as const;
/** The latest call is `b`; `a` was before it. */
const create: Create = {
  fence: 'intent',
  callId: 'b',
  calls: 2,
  checks: 3,
  earlier: [
    { fence: 'unknown', callId: 'first' },
    { fence: 'intent', callId: 'a' },
  ],
  againIn: 5,
};

describe('a response to a call', () => {
  it.each([taken, lost, refused])('says nothing new of one that is settled already: %j', (outcome) => {
    for (const fence of ['submitted', 'unknown', 'ready', 'failed'] as const) {
      expect(settledBy(outcome, 'b', { ...create, fence }, 5)).toBeUndefined();
    }
    expect(settledBy(outcome, 'first', create, 5)).toBeUndefined();
  });

  it.each([taken, lost, refused])('says nothing of one that is not known: %j', (outcome) => {
    expect(settledBy(outcome, 'other', create, 5)).toBeUndefined();
    expect(settledBy(outcome, 'other', { ...create, earlier: [] }, 5)).toBeUndefined();
  });

  it.each([taken, lost])('settles the latest call, and uses up the word for it: %j', (outcome) => {
    expect(settledBy(outcome, 'b', create, 5)).toEqual({ ...create, ...outcome, againIn: undefined });
  });

  it('that was not taken puts the one before it back, and the word for another goes on to hold', () => {
    expect(settledBy(refused, 'b', create, 6)).toEqual({
      fence: 'intent',
      callId: 'a',
      calls: 2,
      checks: 3,
      earlier: [{ fence: 'unknown', callId: 'first' }],
      againIn: 6,
    });
  });

  it('that was not taken leaves none where it was the only one', () => {
    const only = { ...create, earlier: [], requestedAt: testMoment };
    expect(settledBy(refused, 'b', only, 6)).toStrictEqual({
      fence: 'none',
      calls: 2,
      checks: 3,
      earlier: [],
    });
  });

  it('that was not taken keeps its words beside the one before it', () => {
    expect(settledBy({ ...refused, notTaken: 'Too many.' }, 'b', create, 6)).toMatchObject({
      fence: 'intent',
      callId: 'a',
      notTaken: 'Too many.',
    });
  });

  it.each([taken, lost])('that is late settles its own call only: %j', (outcome) => {
    expect(settledBy(outcome, 'a', create, 5)).toEqual({
      ...create,
      earlier: [
        { fence: 'unknown', callId: 'first' },
        { callId: 'a', ...outcome },
      ],
    });
  });

  it('that is late, and was not taken, forgets its own call only', () => {
    expect(settledBy(refused, 'a', create, 5)).toEqual({
      ...create,
      earlier: [{ fence: 'unknown', callId: 'first' }],
    });
  });
});

describe('a call that costs', () => {
  let store: ReturnType<typeof createWholeSessionStore>;
  beforeEach(async () => {
    ({ store } = await openTable());
  });
  const read = () => store.requireSession('s');

  /** Pays once, as `send` answers; the key reads as another one after a 401. */
  async function pay(
    send: ChargedCall['send'],
    readKey: ChargedCall['readKey'] = async ({ forceFetch }) => forceFetch,
    changes: Partial<Session> = {},
  ) {
    const keys: object[] = [];
    const session = { status: 'creating', runs: 1, ...changes } as const;
    const { session: seen } = await recordSession(store, { sessionId: 's', count: 0, session });
    const call: ChargedCall = {
      send,
      readKey: async (how) => {
        keys.push(how);
        return readKey(how);
      },
    };
    const options = { what: 'train the model', call: 'create', taken: 'training', refusals: 0 } as const;
    const paid = chargeOnce(seen, call, options, { store, now: () => testMoment, random: () => 0 });
    // Looked at below; until then it may fail.
    await paid.catch(() => undefined);
    return { paid, keys };
  }

  it('is made with the key that is kept', async () => {
    const { paid, keys } = await pay(async () => ({ taskId: 't' }));
    expect(await paid).toStrictEqual({ end: 'submitted' });
    expect(keys).toStrictEqual([{ forceFetch: false }]);
    expect(await read()).toMatchObject({ status: 'training', create: { fence: 'submitted', taskId: 't' } });
  });

  it('leaves the session where it was when its response is lost', async () => {
    const { paid } = await pay(() => Promise.reject(providerError('ProviderAnswerLost', 'unknown')));
    expect(await paid).toStrictEqual({ end: 'unknown' });
    expect(await read()).toMatchObject({ status: 'creating', create: { fence: 'unknown' } });
  });

  it('says what was refused, in the words of the provider, and nothing of a doubt that there is not', async () => {
    const error = providerError('ProviderRefused', 'no', { reason: 'Six clips at least.', status: 400 });
    const { paid, keys } = await pay(() => Promise.reject(error));
    await expect(paid).rejects.toMatchObject({
      name: 'ProviderRefused',
      message: 'The provider refused to train the model: Six clips at least.',
    });
    expect(keys).toStrictEqual([{ forceFetch: false }]);
    expect(await read()).toMatchObject({ status: 'creating', create: { fence: 'none' } });
  });

  it('keeps what was answered to a call that is to be made again, until the next one is made', async () => {
    const busy = providerError('ProviderThrottled', 'no', { reason: 'Quota is not enough.' });
    const { paid } = await pay(() => Promise.reject(busy));
    expect(await paid).toMatchObject({ end: 'not-taken' });
    expect((await read()).create).toStrictEqual({
      ...{ fence: 'none', calls: 1, checks: 0, earlier: [] },
      notTaken: 'Quota is not enough.',
    });
    const options = { what: 'train the model', call: 'create', taken: 'training', refusals: 1 } as const;
    const call = { send: async () => ({ taskId: 't' }), readKey: async () => false };
    const deps = { store, now: () => testMoment, random: () => 0 };
    expect(await chargeOnce(await read(), call, options, deps)).toEqual({ end: 'submitted' });
    expect((await read()).create).not.toHaveProperty('notTaken');
  });

  it('says what came in place of words', async () => {
    const { paid } = await pay(() => Promise.reject(providerError('ProviderRefused', 'no')));
    await expect(paid).rejects.toThrow('refused to train the model: ProviderRefused in a test');
  });

  it('reads no other key after an error that is no answer of the provider', async () => {
    const { paid, keys } = await pay(() => Promise.reject(new TypeError('a bug')));
    await expect(paid).rejects.toThrow('a bug');
    expect(keys).toStrictEqual([{ forceFetch: false }]);
    expect(await read()).toMatchObject({ create: { fence: 'intent' } });
  });

  it('is not repeated when the key that was refused cannot be read anew', async () => {
    let calls = 0;
    const send = () => {
      calls++;
      return Promise.reject(providerError('ProviderAuth', 'no', { status: 401 }));
    };
    const { paid, keys } = await pay(send, async ({ forceFetch }) => {
      if (forceFetch) throw new Error('away');
      return false;
    });
    await expect(paid).rejects.toMatchObject({ name: 'ProviderAuth' });
    expect(keys).toStrictEqual([{ forceFetch: false }, { forceFetch: true }]);
    expect(calls).toBe(1);
  });

  it('is not made for a session that was changed while the key was read', async () => {
    const { paid } = await pay(
      async () => ({ taskId: 't' }),
      async () => {
        await store.changeSession('s', () => ({ status: 'cancelled' }));
        return false;
      },
    );
    await expect(paid).rejects.toMatchObject({ name: 'RecordConflict' });
    expect(await read()).toMatchObject({ status: 'cancelled', create: { fence: 'none' } });
  });

  it('that is late and was taken does not turn a session whose newer call is on its way', async () => {
    const newer: Partial<Create> = { fence: 'intent', callId: 'newer' };
    const { paid } = await pay(async () => {
      await store.changeSession('s', ({ create: { fence, callId, ...latest } }) => ({
        create: { ...latest, ...newer, fence: 'intent', earlier: [{ fence, callId }] },
      }));
      return { taskId: 't' };
    });
    expect(await paid).toStrictEqual({ end: 'submitted' });
    expect(await read()).toMatchObject({
      status: 'creating',
      create: { ...newer, earlier: [{ fence: 'submitted', taskId: 't' }] },
    });
  });
});
