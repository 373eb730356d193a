import { describe, expect, it } from 'vitest';
import { createMountSea } from '../../../functions/provider/mountsea.ts';
import type { Provider } from '../../../functions/provider/provider.ts';
import { calls, client, failure, json } from './mountsea-client.ts';

describe('the key', () => {
  it.each(['', '   ', 'two\nlines', 'schlüssel'])('%j is refused before anything is sent', async (bad) => {
    const { provider, sent } = client(() => json({}), { key: async () => bad });
    expect(await failure(provider.prepare())).toMatchObject({ name: 'ProviderAuth', taken: 'no' });
    expect(sent).toHaveLength(0);
  });

  it('that cannot be fetched keeps its own error', async () => {
    const denied = new Error('AccessDenied');
    const { provider, sent } = client(() => json({}), { key: () => Promise.reject(denied) });
    await expect(provider.prepare()).rejects.toBe(denied);
    expect(sent).toHaveLength(0);
  });
});

describe('a key that was changed', () => {
  /** A provider that takes one key only, and a secret that holds the old one until it is read anew. */
  function rotated(secret: { kept: string; now: () => Promise<string> }, takes = 'new-key') {
    const used: string[] = [];
    const asked: boolean[] = [];
    const provider = createMountSea({
      baseUrl: 'https://provider.example',
      key: async ({ forceFetch }) => {
        asked.push(forceFetch);
        return forceFetch ? secret.now() : secret.kept;
      },
      fetch: async (_, init) => {
        const key = new Headers(init?.headers).get('authorization')?.replace('Bearer ', '') ?? '';
        used.push(key);
        // A body that was sent cannot be sent again: the second call must bring its own.
        if (init?.body instanceof ReadableStream) await new Response(init.body).text();
        if (key !== takes) return json({ message: `Invalid key ${key}.` }, 401);
        return json({ sessionId: 's', taskId: 's', status: 'READY', id: 'p' }, 201);
      },
    });
    return { provider, used, asked };
  }
  const both = ['old-key', 'new-key'];
  const answered: Record<string, (provider: Provider) => Promise<unknown>> = {
    ...calls,
    status: (it) => it.status('s', 'training'),
  };

  const { create, generate, ...repeated } = answered;
  it.each(Object.entries(repeated))('is read anew after a 401, and %s is sent once more', async (_, call) => {
    const { provider, used, asked } = rotated({ kept: 'old-key', now: async () => 'new-key' });
    await call(provider);
    expect(used).toEqual(both);
    expect(asked).toEqual([false, true]);
  });

  it.each(Object.entries({ create, generate }))(
    'does not send %s again: that needs an intent of its own',
    async (_, call) => {
      const { provider, used, asked } = rotated({ kept: 'old-key', now: async () => 'new-key' });
      expect(await failure(call?.(provider) ?? Promise.resolve())).toMatchObject({
        taken: 'no',
        status: 401,
      });
      expect(used).toEqual(['old-key']);
      expect(asked).toEqual([false]);
      expect(await provider.readKey({ forceFetch: true })).toBe(true);
      await call?.(provider);
      expect(used).toEqual(both);
      expect(asked).toEqual([false, true]);
    },
  );

  it('that was read ahead is sent with the next call, which reads none itself, and with no other', async () => {
    const { provider, used, asked } = rotated({ kept: 'new-key', now: async () => 'new-key' });
    await provider.readKey({ forceFetch: false });
    await provider.prepare();
    await provider.prepare();
    expect(used).toEqual(['new-key', 'new-key']);
    expect(asked).toEqual([false, false]);
  });

  it('is no other key when it is read anew and is the same', async () => {
    const { provider } = rotated({ kept: 'new-key', now: async () => 'new-key\n' });
    await provider.prepare();
    expect(await provider.readKey({ forceFetch: true })).toBe(false);
  });

  it.each(Object.entries(answered))('is no reason to send %s again while it is the same', async (_, call) => {
    const { provider, used } = rotated({ kept: 'old-key', now: async () => 'old-key\n' });
    expect(await failure(call(provider))).toMatchObject({ name: 'ProviderAuth', taken: 'no', status: 401 });
    expect(used).toEqual(['old-key']);
  });

  it('is tried once: when the new one is refused too, that is the answer', async () => {
    const { provider, used } = rotated({ kept: 'old-key', now: async () => 'newer-key' });
    const error = await failure(provider.prepare());
    expect(error).toMatchObject({ name: 'ProviderAuth', taken: 'no', reason: 'Invalid key [removed].' });
    expect(used).toEqual(['old-key', 'newer-key']);
  });

  it('that cannot be read leaves the answer of the provider as it is', async () => {
    const now = async () => {
      throw new Error('Secrets Manager is away.');
    };
    const { provider, used } = rotated({ kept: 'old-key', now });
    expect(await failure(provider.prepare())).toMatchObject({ name: 'ProviderAuth', status: 401 });
    expect(used).toEqual(['old-key']);
  });

  it.each([400, 402, 403, 429, 500, 503])(
    'is not read anew after a %i, which is about something else',
    async (status) => {
      const asked: boolean[] = [];
      const { provider, sent } = client(() => json({}, status), {
        key: async ({ forceFetch }) => {
          asked.push(forceFetch);
          return `key-${asked.length}`;
        },
      });
      await failure(provider.prepare());
      expect(asked).toEqual([false]);
      expect(sent).toHaveLength(1);
    },
  );

  it('and an answer that is lost on the second call leaves in doubt what the first did not', async () => {
    const keys = [...both];
    let answers = 0;
    const { provider } = client(
      () => {
        answers++;
        if (answers === 1) return json({}, 401);
        throw new TypeError('fetch failed', {
          cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }),
        });
      },
      { key: async () => keys.shift() ?? '' },
    );
    const error = await failure(provider.persona({ clipId: 'c', name: 'n' }));
    expect(error).toMatchObject({ name: 'ProviderAnswerLost', taken: 'unknown' });
  });
});
