import { describe, expect, it } from 'vitest';
import { createMountSea } from '../../../functions/provider/mountsea.ts';
import { type Provider, ProviderError } from '../../../functions/provider/provider.ts';

const key = 'ms-key-0123456789';
const audioUrl = 'https://bucket.example/audio/1?X-Amz-Credential=AKIA%2F1&X-Amz-Signature=deadbeef';
const modelId = 'chirp-custom:0f9619ff-8b86-4d01-b42d-00cf4fc964ff';

type Answer = () => Response | Promise<Response>;

function client(
  answer: Answer,
  options: { timeoutMs?: number; key?: (how: { forceFetch: boolean }) => Promise<string> } = {},
) {
  const sent: { url: string; init: RequestInit }[] = [];
  const provider = createMountSea({
    baseUrl: 'https://provider.example/prefix/',
    key: async () => `${key}\n`,
    now: () => Date.UTC(2026, 10, 20, 12),
    fetch: async (input, init = {}) => {
      sent.push({ url: String(input), init });
      return await answer();
    },
    ...options,
  });
  return { provider, sent };
}

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });

async function failure(promise: Promise<unknown>): Promise<ProviderError> {
  const error: unknown = await promise.then(
    () => undefined,
    (it) => it,
  );
  if (error instanceof ProviderError) return error;
  throw new Error(`not a ProviderError: ${error}`);
}

const calls: Record<string, (provider: Provider) => Promise<unknown>> = {
  prepare: (it) => it.prepare(),
  upload: (it) => it.upload({ sessionId: 's', audioUrl }),
  create: (it) => it.create({ sessionId: 's', clipIds: ['a'], name: 'n' }),
  status: (it) => it.status('t'),
};

describe('the calls', () => {
  it('are sent as documented, with the key as bearer and no redirects', async () => {
    const { provider, sent } = client(() => json({ sessionId: 's', taskId: 's', status: 'READY' }, 201));
    await provider.prepare();
    await provider.upload({ sessionId: 's', audioUrl });
    await provider.create({ sessionId: 's', clipIds: ['a', 'b'], name: 'é' });
    await provider.openBatch();
    await provider.addToBatch({ sessionId: 's', audioUrl });
    await provider.status('s');
    expect(sent.map(({ url, init }) => `${init.method} ${url}`)).toEqual([
      'POST https://provider.example/prefix/suno/v2/customModel/prepare',
      'POST https://provider.example/prefix/suno/v2/customModel/upload',
      'POST https://provider.example/prefix/suno/v2/customModel/create',
      'POST https://provider.example/prefix/suno/v2/audio/upload/session',
      'POST https://provider.example/prefix/suno/v2/audio/upload/session/item',
      'GET https://provider.example/prefix/suno/v2/status?taskId=s',
    ]);
    for (const { init } of sent) {
      expect(new Headers(init.headers).get('authorization')).toBe(`Bearer ${key}`);
      expect(init.redirect).toBe('manual');
    }
    const bodies = await Promise.all(
      sent.slice(0, 3).map(({ init }) => new Response(init.body ?? null).text()),
    );
    expect(bodies).toEqual([
      '',
      JSON.stringify({ sessionId: 's', audioUrl }),
      JSON.stringify({ sessionId: 's', clipIds: ['a', 'b'], name: 'é' }),
    ]);
    const lengths = sent
      .slice(0, 3)
      .map(({ init }) => Number(new Headers(init.headers).get('content-length')));
    expect(lengths).toEqual(bodies.map((body) => Buffer.byteLength(body)));
  });

  it.each([200, 201])('read an answer of %i', async (status) => {
    expect(await client(() => json({ sessionId: 's' }, status)).provider.prepare()).toEqual({
      sessionId: 's',
    });
    const { provider } = client(() => json({ taskId: 't' }, status));
    expect(await provider.upload({ sessionId: 's', audioUrl })).toEqual({ taskId: 't' });
  });

  it.each(Object.keys(calls))('%s is not sent again, whatever comes back', async (name) => {
    const answers: Answer[] = [
      () => json({}, 429),
      () => json({}, 503),
      () => json({}, 421),
      () => new Response('', { status: 307, headers: { location: '/elsewhere' } }),
      () => new Response('{'),
      () => Promise.reject(new TypeError('fetch failed', { cause: { code: 'ECONNRESET' } })),
    ];
    for (const answer of answers) {
      const { provider, sent } = client(answer);
      await failure(calls[name]?.(provider) ?? Promise.resolve());
      expect(sent).toHaveLength(1);
    }
  });
});

describe('an answer that cannot be read is lost, and may have been taken', () => {
  const lost: [string, Answer][] = [
    ['no JSON', () => new Response('<html>')],
    ['empty', () => new Response('', { status: 201 })],
    ['204', () => new Response(null, { status: 204 })],
    ['without the id', () => json({ data: null })],
    ['an empty id', () => json({ taskId: '', sessionId: '', status: 'x' })],
    ['a list', () => json([])],
    ['null', () => json(null)],
    ['over 1 MiB', () => json({ sessionId: 's', taskId: 's', status: 'x', pad: 'x'.repeat(1024 * 1024) })],
    ['another task', () => json({ taskId: 'other', status: 'success' })],
  ];
  for (const [what, answer] of lost) {
    it(what, async () => {
      const { provider } = client(answer);
      const tried = [provider.create({ sessionId: 's', clipIds: [], name: 'n' }), provider.status('s')];
      for (const promise of tried) {
        expect(await failure(promise)).toMatchObject({ name: 'ProviderAnswerLost', taken: 'unknown' });
      }
    });
  }

  it('reads no more than it needs to see that a body is too large', async () => {
    let pulled = 0;
    const endless = new ReadableStream({
      pull(controller) {
        pulled++;
        controller.enqueue(new Uint8Array(64 * 1024));
      },
    });
    expect((await failure(client(() => new Response(endless)).provider.prepare())).name).toBe(
      'ProviderAnswerLost',
    );
    expect(pulled).toBeLessThan(24);
  });

  it('a body that breaks off', async () => {
    const broken = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"sess'));
        controller.error(new TypeError('terminated', { cause: { code: 'UND_ERR_SOCKET' } }));
      },
    });
    const error = await failure(client(() => new Response(broken)).provider.prepare());
    expect(error).toMatchObject({ name: 'ProviderAnswerLost', taken: 'unknown' });
    expect(error.message).toContain('UND_ERR_SOCKET');
  });

  it('nothing within the time-out', async () => {
    const provider = createMountSea({
      baseUrl: 'https://provider.example',
      key: async () => key,
      timeoutMs: 20,
      fetch: (_, init) =>
        new Promise((_, reject) => {
          init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
        }),
    });
    const error = await failure(provider.prepare());
    expect(error).toMatchObject({ name: 'ProviderAnswerLost', taken: 'unknown', status: undefined });
    expect(error.message).toBe('prepare: no answer from https://provider.example (time-out)');
  });
});

describe('the status of a task', () => {
  const status = (body: object, taskId = 't') => client(() => json({ taskId, ...body })).provider.status('t');

  it.each([
    ['queued', 'pending'],
    ['READY', 'pending'],
    ['Running', 'pending'],
    ['stream', 'pending'],
    ['awaiting', 'pending'],
    ['never-seen-before', 'pending'],
    ['SUCCESS', 'succeeded'],
    ['failed', 'failed'],
    ['Timeout', 'timed-out'],
  ])('%s is %s', async (word, phase) => {
    expect(await status({ status: word })).toEqual({ taskId: 't', phase, status: word.toLowerCase() });
  });

  it.each(['data', 'result'])('finds the clip in `%s`, an object or an array of one', async (name) => {
    for (const value of [{ id: 'clip' }, [{ id: 'clip' }]]) {
      expect(await status({ status: 'success', [name]: value })).toMatchObject({ clipId: 'clip' });
    }
  });

  it.each([
    { id: modelId },
    [{ id: modelId, name: 'n' }],
    { id: 'x', model: { details: [{ modelId }] } },
    { source: 'chirp-custom:not-an-id', id: modelId },
  ])('finds the model id in %j', async (data) => {
    expect((await status({ status: 'success', data })).modelId).toBe(modelId);
  });

  it('takes the id before another model that is named beside it', async () => {
    const other = 'chirp-custom:11111111-1111-4111-8111-111111111111';
    expect((await status({ status: 'success', data: { base: other, id: modelId } })).modelId).toBe(modelId);
  });

  it('takes no id before success, and no text that only mentions one', async () => {
    expect(await status({ status: 'running', data: { id: modelId } })).not.toHaveProperty('modelId');
    expect(await status({ status: 'success', data: { note: `see ${modelId}` } })).not.toHaveProperty(
      'modelId',
    );
  });

  it("keeps the provider's reason verbatim, without what is signed in it", async () => {
    expect(
      await status({ status: 'failed', failReason: 'Audio source not found.', failCode: 4001 }),
    ).toMatchObject({
      phase: 'failed',
      failReason: 'Audio source not found.',
      failCode: 4001,
    });
    const { failReason } = await status({ status: 'failed', failReason: `cannot read ${audioUrl}!` });
    expect(failReason).toBe('cannot read https://bucket.example/audio/1?[removed]');
  });

  it('does not fall over details of the wrong type', async () => {
    const odd = { status: 'failed', failReason: { a: 1 }, failCode: null, data: 'text' };
    expect(await status(odd)).toEqual({ taskId: 't', phase: 'failed', status: 'failed' });
  });

  it('reads a record that comes inside an envelope', async () => {
    const { provider } = client(() => json({ code: 'ok', data: { taskId: 't', status: 'running' } }));
    expect(await provider.status('t')).toMatchObject({ status: 'running' });
  });
});

describe("the provider's words", () => {
  const reason = async (body: string, status = 400) =>
    (
      await failure(
        calls.upload?.(client(() => new Response(body, { status })).provider) ?? Promise.resolve(),
      )
    ).reason;

  it.each([
    ['{"message":"clip belongs to another session"}', 'clip belongs to another session'],
    ['{"error":{"message":"bad name"}}', 'bad name'],
    ['{"detail":[{"msg":"too short"},{"msg":"too odd"}]}', 'too short; too odd'],
    ['{"failReason":"no","code":1}', 'no'],
    ['{"msg":"no"}', 'no'],
    [
      '<html><style>p{}</style><h1>502 Bad&nbsp;Gateway</h1>\n<p>nginx &amp; co</p>',
      '502 Bad Gateway nginx & co',
    ],
    ['plain text', 'plain text'],
  ])('%s', async (body, words) => {
    expect(await reason(body)).toBe(words);
  });

  it.each(['', '{}', '{"message":""}', '<br>'])('says nothing for %j', async (body) => {
    expect(await reason(body)).toBeUndefined();
  });

  it('are bounded', async () => {
    expect((await reason(JSON.stringify({ message: '猫🎵'.repeat(5000) })))?.length).toBeLessThan(1000);
    expect(await reason('<'.repeat(300_000))).toHaveLength(500);
  });

  it('hold neither the key nor a signed URL, however they are quoted', async () => {
    const query = audioUrl.split('?')[1] ?? '';
    const bodies = [
      `{"message":"key ${key} may not read ${audioUrl}"}`,
      `{"message":"${encodeURIComponent(audioUrl)}"}`,
      `got ${query} with Bearer ${key}`,
      JSON.stringify({ error: { detail: `X-Amz-Signature=deadbeef` } }),
    ];
    for (const body of bodies) {
      const { provider } = client(() => new Response(body, { status: 400 }));
      const error = await failure(provider.upload({ sessionId: 's', audioUrl }));
      const written = JSON.stringify({ ...error, message: error.message, stack: error.stack });
      expect(written).not.toContain(key);
      expect(written).not.toContain('deadbeef');
      expect(error.reason).toContain('[removed]');
    }
  });

  it('a throttled call carries how long to wait, seconds or date', async () => {
    const throttled = (value: string) =>
      failure(
        client(() => new Response('', { status: 429, headers: { 'retry-after': value } })).provider.prepare(),
      );
    expect(await throttled('9')).toMatchObject({ name: 'ProviderThrottled', taken: 'no', retryAfter: 9 });
    expect((await throttled('Fri, 20 Nov 2026 12:01:00 GMT')).retryAfter).toBe(60);
  });
});

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
        return json({ sessionId: 's', taskId: 's', status: 'READY' }, 201);
      },
    });
    return { provider, used, asked };
  }
  const both = ['old-key', 'new-key'];
  const answered: Record<string, (provider: Provider) => Promise<unknown>> = {
    ...calls,
    status: (it) => it.status('s'),
  };

  it.each(Object.entries(answered))('is read anew after a 401, and %s is sent once more', async (_, call) => {
    const { provider, used, asked } = rotated({ kept: 'old-key', now: async () => 'new-key' });
    await call(provider);
    expect(used).toEqual(both);
    expect(asked).toEqual([false, true]);
  });

  it.each(Object.entries(answered))('is no reason to send %s again while it is the same', async (_, call) => {
    const { provider, used } = rotated({ kept: 'old-key', now: async () => 'old-key\n' });
    expect(await failure(call(provider))).toMatchObject({ name: 'ProviderAuth', taken: 'no', status: 401 });
    expect(used).toEqual(['old-key']);
  });

  it('is tried once: when the new one is refused too, that is the answer', async () => {
    const { provider, used } = rotated({ kept: 'old-key', now: async () => 'newer-key' });
    const error = await failure(provider.create({ sessionId: 's', clipIds: ['a'], name: 'n' }));
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
      await failure(provider.create({ sessionId: 's', clipIds: ['a'], name: 'n' }));
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
    const error = await failure(provider.create({ sessionId: 's', clipIds: ['a'], name: 'n' }));
    expect(error).toMatchObject({ name: 'ProviderAnswerLost', taken: 'unknown' });
  });
});
