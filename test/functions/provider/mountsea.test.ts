import { describe, expect, it } from 'vitest';
import { createMountSea } from '../../../functions/provider/mountsea.ts';
import type { TaskKind } from '../../../functions/provider/provider.ts';
import {
  type Answer,
  audioUrl,
  calls,
  client,
  failure,
  json,
  key,
  modelId,
  song,
} from './mountsea-client.ts';

describe('the calls', () => {
  it('are sent as documented, with the key as bearer and no redirects', async () => {
    const { provider, sent } = client(() => json({ sessionId: 's', taskId: 's', status: 'READY' }, 201));
    await provider.prepare();
    await provider.upload({ sessionId: 's', audioUrl });
    await provider.create({ sessionId: 's', clipIds: ['a', 'b'], name: 'é' });
    await provider.openBatch();
    await provider.addToBatch({ sessionId: 's', audioUrl });
    await provider.status('s', 'training');
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
    const bodies = await Promise.all(sent.map(({ init }) => new Response(init.body ?? null).text()));
    expect(bodies).toEqual([
      '',
      JSON.stringify({ sessionId: 's', audioUrl }),
      JSON.stringify({ sessionId: 's', clipIds: ['a', 'b'], name: 'é' }),
      '',
      JSON.stringify({ sessionId: 's', audioUrl }),
      '',
    ]);
    const lengths = sent.map(({ init }) => Number(new Headers(init.headers).get('content-length')));
    expect(lengths).toEqual(bodies.map((body) => Buffer.byteLength(body)));
  });

  it('music and personas are asked for with the fields of the pages, and none that nobody wants', async () => {
    const { provider, sent } = client(() => json({ taskId: 't', id: 'p' }, 201));
    expect(await provider.generate(song)).toEqual({ taskId: 't' });
    const more = { title: 'Rain', negativeTags: 'fast', instrumental: true };
    await provider.generate({ ...song, ...more, persona: { personaId: 'p', clipId: 'c' } });
    expect(await provider.persona({ clipId: 'c', name: 'Hers' })).toEqual({ personaId: 'p' });
    await provider.persona({ clipId: 'c', name: 'Hers', description: 'low' });
    const paths = sent.map(({ url }) => new URL(url).pathname.replace('/prefix', ''));
    expect(new Set(paths)).toEqual(new Set(['/suno/v2/generate', '/suno/v2/persona']));
    const bodies = await Promise.all(sent.map(({ init }) => new Response(init.body ?? null).json()));
    expect(bodies).toEqual([
      { task: 'create', ...song },
      {
        ...{ task: 'create', ...song, title: 'Rain', negative_tags: 'fast', make_instrumental: true },
        persona: { persona_id: 'p', artist_clip_id: 'c' },
      },
      { clip_id: 'c', name: 'Hers', is_public: false },
      { clip_id: 'c', name: 'Hers', is_public: false, description: 'low' },
    ]);
  });

  it('the credits are asked for at their own host with the key in a header of theirs, or not at all', async () => {
    const creditsUrl = 'https://account.example/api-user/credits';
    const { provider, sent } = client(() => json({ credits: 12.5 }), { creditsUrl });
    expect(await provider.credits()).toBe(12.5);
    expect(sent.map(({ url, init }) => `${init.method} ${url}`)).toEqual([`GET ${creditsUrl}`]);
    const headers = new Headers(sent[0]?.init.headers);
    expect([headers.get('x-api-key'), headers.get('authorization')]).toEqual([key, null]);
    const nobody = client(() => json({}));
    expect(await nobody.provider.credits()).toBeUndefined();
    expect(nobody.sent).toEqual([]);
  });

  it('find what they look for also inside an envelope', async () => {
    const data = { sessionId: 's', taskId: 's', id: 'p', credits: 12 };
    const { provider } = client(() => json({ code: 200, data }), { creditsUrl: 'https://account.example' });
    const audio = { sessionId: 's', audioUrl };
    expect([await provider.prepare(), await provider.openBatch()]).toEqual(Array(2).fill({ sessionId: 's' }));
    expect([
      await provider.upload(audio),
      await provider.addToBatch(audio),
      await provider.create({ sessionId: 's', clipIds: [], name: 'n' }),
      await provider.generate(song),
    ]).toEqual(Array(4).fill({ taskId: 's' }));
    expect(await provider.persona({ clipId: 'c', name: 'n' })).toEqual({ personaId: 'p' });
    expect(await provider.credits()).toBe(12);
  });

  it('the credits cannot be read from an answer without them', async () => {
    const { provider } = client(() => json({ data: {} }), { creditsUrl: 'https://account.example' });
    expect((await failure(provider.credits())).message).toContain('credits: the provider answered 200');
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
      const tried = [
        provider.create({ sessionId: 's', clipIds: [], name: 'n' }),
        provider.status('s', 'training'),
      ];
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
  const ask = <Kind extends TaskKind>(kind: Kind, body: object) =>
    client(() => json({ taskId: 't', ...body })).provider.status('t', kind);
  const status = (body: object) => ask('upload', body);

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
  ])('%s is %s, in upper or lower case, and an unknown status is pending', async (word, phase) => {
    expect(await status({ status: word })).toEqual({
      kind: 'upload',
      taskId: 't',
      phase,
      status: word.toLowerCase(),
    });
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
    expect((await ask('training', { status: 'success', data })).modelId).toBe(modelId);
  });

  it('takes the id before another model that is named beside it', async () => {
    const other = 'chirp-custom:11111111-1111-4111-8111-111111111111';
    const data = { base: other, id: modelId };
    expect((await ask('training', { status: 'success', data })).modelId).toBe(modelId);
  });

  it('takes no id before success, and no text that only mentions one', async () => {
    expect(await ask('training', { status: 'running', data: { id: modelId } })).not.toHaveProperty('modelId');
    const data = { note: `see ${modelId}` };
    expect(await ask('training', { status: 'success', data })).not.toHaveProperty('modelId');
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
    expect(await status(odd)).toEqual({ kind: 'upload', taskId: 't', phase: 'failed', status: 'failed' });
  });

  it('reads a record that comes inside an envelope', async () => {
    const { provider } = client(() => json({ code: 'ok', data: { taskId: 't', status: 'running' } }));
    expect(await provider.status('t', 'upload')).toMatchObject({ status: 'running' });
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

  it.each(['upload', 'addToBatch'] as const)(
    'do not hold the query of a URL without it: %s',
    async (call) => {
      const body = 'query one=secret-1 and two=secret-2';
      const { provider } = client(() => new Response(body, { status: 400 }));
      const signed = 'https://bucket.example/audio?one=secret-1?two=secret-2';
      const error = await failure(provider[call]({ sessionId: 's', audioUrl: signed }));
      expect(error.reason).toBe('query [removed] and [removed]');
      const plain = await failure(
        provider[call]({ sessionId: 's', audioUrl: 'https://bucket.example/audio' }),
      );
      expect(plain.reason).toBe(body);
      const named = client(() => new Response('cannot fetch https://bucket.example/audio', { status: 400 }));
      expect(await failure(named.provider[call]({ sessionId: 's', audioUrl: signed }))).toMatchObject({
        reason: 'cannot fetch https://bucket.example/audio',
      });
    },
  );

  it('a throttled call carries how long to wait, seconds or date', async () => {
    const throttled = (value: string) =>
      failure(
        client(() => new Response('', { status: 429, headers: { 'retry-after': value } })).provider.prepare(),
      );
    expect(await throttled('9')).toMatchObject({ name: 'ProviderThrottled', taken: 'no', retryAfter: 9 });
    expect((await throttled('Fri, 20 Nov 2026 12:01:00 GMT')).retryAfter).toBe(60);
  });
});
