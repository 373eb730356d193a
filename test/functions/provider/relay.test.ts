import { describe, expect, test } from 'vitest';
import { createRelay } from '../../../functions/provider/relay.ts';

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** A relay that gives one answer, and what it was sent. */
function relay(answer: unknown, status = 200) {
  const sent: Sent[] = [];
  const provider = createRelay({
    baseUrl: 'https://relay.example/base/',
    key: async () => 'the-key',
    fetch: async (url, init) => {
      const text = init?.body ? await new Response(init.body).text() : '';
      const { pathname } = new URL(String(url));
      sent.push({
        method: String(init?.method),
        path: pathname,
        body: text === '' ? undefined : JSON.parse(text),
      });
      return typeof answer === 'string'
        ? new Response(answer, { status })
        : Response.json(answer, { status });
    },
  });
  return { provider, sent };
}

const clipId = 'aaaaaaaa-0000-4000-8000-000000000001';
const wish = {
  model: 'chirp-v4-tau',
  prompt: 'rain',
  tags: 'slow',
  persona: { personaId: 'persona-1', clipId: 'clip-1' },
};
const clip = (status: string, audio_url = '', id = clipId) => ({ id, status, audio_url, title: 'Rain' });
const fetched = (status: string, more: object = {}) => ({
  code: 'success',
  message: '',
  data: { task_id: 'task-1', action: 'MUSIC', status, fail_reason: '', progress: '0%', ...more },
});

describe('music with a persona', () => {
  test('is asked for with every field that the page requires', async () => {
    const { provider, sent } = relay({ code: 'success', message: '', data: 'task-1' });
    expect(await provider.generate(wish)).toEqual({ taskId: 'task-1' });
    expect(sent).toEqual([
      {
        method: 'POST',
        path: '/base/suno/submit/music',
        body: {
          prompt: 'rain',
          generation_type: 'TEXT',
          tags: 'slow',
          negative_tags: '',
          mv: 'chirp-v4-tau',
          title: '',
          task: 'artist_consistency',
          persona_id: 'persona-1',
          artist_clip_id: 'clip-1',
        },
      },
    ]);
  });

  test('a song from a clip is a plain song that names the clip', async () => {
    const { provider, sent } = relay({ code: 'success', message: '', data: 'task-1' });
    const { persona: _nobody, ...song } = wish;
    await provider.generate({ ...song, model: 'chirp-v4', fromClip: { clipId } });
    expect(sent[0]?.body).toEqual({
      prompt: 'rain',
      generation_type: 'TEXT',
      tags: 'slow',
      negative_tags: '',
      mv: 'chirp-v4',
      title: '',
      make_instrumental: false,
      clip_id: clipId,
    });
  });

  test('a plain song takes what clients send for it: no task, no persona, and whether it is instrumental', async () => {
    const { provider, sent } = relay({ code: 'success', message: '', data: 'task-1' });
    const { persona: _nobody, ...song } = wish;
    await provider.generate({ ...song, model: 'chirp-v4', title: 'Rain', negativeTags: 'fast' });
    expect(sent[0]?.body).toEqual({
      prompt: 'rain',
      generation_type: 'TEXT',
      tags: 'slow',
      negative_tags: 'fast',
      mv: 'chirp-v4',
      title: 'Rain',
      make_instrumental: false,
    });
    await provider.generate({ ...song, model: 'chirp-v4', instrumental: true });
    expect(sent[1]?.body).toMatchObject({ make_instrumental: true });
  });

  test('a raw answer gives its task and nothing else: its outer "complete" does not mean that the music is done', async () => {
    const raw = { id: 'task-1', clips: [clip('submitted'), clip('submitted')], status: 'complete' };
    expect(await relay(raw).provider.generate(wish)).toEqual({ taskId: 'task-1' });
    // The same, should a fetch ever give it: it is no answer to one.
    await expect(relay(raw).provider.status('task-1', 'music')).rejects.toMatchObject({
      name: 'ProviderAnswerLost',
    });
  });

  test.each([
    ['an error in an envelope', { code: 'fail', message: 'no', data: null }],
    ['an error with the id of the request', { code: 'fail', message: 'no', id: 'request-1', clips: [] }],
    ['an envelope without a task', { code: 'success', data: null }],
    ['nothing', {}],
  ])('%s proves nothing, so the answer counts as lost', async (_, answer) => {
    await expect(relay(answer).provider.generate(wish)).rejects.toMatchObject({
      name: 'ProviderAnswerLost',
      taken: 'unknown',
    });
  });
});

describe('how music stands', () => {
  test.each(['NOT_START', 'SUBMITTED', 'QUEUED', 'IN_PROGRESS', 'UNKNOWN', 'A_NEW_WORD'])(
    '%s is pending, for every state of its clips',
    async (status) => {
      const { provider, sent } = relay(
        fetched(status, { data: [clip('complete', 'https://cdn.example/a')] }),
      );
      expect(await provider.status('task-1', 'music')).toEqual({
        kind: 'music',
        taskId: 'task-1',
        phase: 'pending',
        status: status.toLowerCase(),
      });
      expect(sent[0]).toMatchObject({ method: 'GET', path: '/base/suno/fetch/task-1' });
    },
  );

  test.each<[string, (clips: object[]) => unknown]>([
    ['in an array', (clips) => clips],
    ['after what is no clip', (clips) => [{}, { status: 7 }, ...clips]],
    ['under `clips`', (clips) => ({ clips })],
  ])('SUCCESS gives its clips, and the link of those that are complete: %s', async (_, as) => {
    const clips = [
      clip('streaming', 'https://cdn.example/b', 'clip-b'),
      clip('COMPLETE', 'https://cdn.example/a', 'clip-a'),
      clip('error', 'https://cdn.example/c', 'clip-c'),
    ];
    const data = as(clips);
    expect(await relay(fetched('SUCCESS', { data })).provider.status('task-1', 'music')).toEqual({
      kind: 'music',
      taskId: 'task-1',
      phase: 'succeeded',
      status: 'success',
      clips: [
        { clipId: 'clip-b', title: 'Rain', word: 'streaming' },
        { clipId: 'clip-a', title: 'Rain', audioUrl: 'https://cdn.example/a' },
        { clipId: 'clip-c', title: 'Rain', word: 'error' },
      ],
    });
  });

  test('a complete clip may be locked', async () => {
    const data = [clip('complete', 'https://studio.example/api/forbidden', 'clip-a')];
    expect(await relay(fetched('SUCCESS', { data })).provider.status('task-1', 'music')).toMatchObject({
      clips: [{ clipId: 'clip-a', title: 'Rain', locked: true }],
    });
  });

  test('FAILURE keeps the words', async () => {
    const failed = fetched('FAILURE', { fail_reason: 'moderated' });
    expect(await relay(failed).provider.status('task-1', 'music')).toMatchObject({
      phase: 'failed',
      failReason: 'moderated',
    });
  });

  test.each(['', ' ', null, 7])('FAILURE without words has none: %j', async (fail_reason) => {
    expect(
      await relay(fetched(' FAILURE ', { fail_reason })).provider.status('task-1', 'music'),
    ).toStrictEqual({
      kind: 'music',
      taskId: 'task-1',
      phase: 'failed',
      status: 'failure',
    });
  });

  test('SUCCESS without clips has none', async () => {
    expect(await relay(fetched('SUCCESS', { data: [] })).provider.status('task-1', 'music')).toStrictEqual({
      kind: 'music',
      taskId: 'task-1',
      phase: 'succeeded',
      status: 'success',
    });
  });

  test('a word of more than 100 characters, or none, cannot be read', async () => {
    const long = 'x'.repeat(100);
    expect(await relay(fetched(long)).provider.status('task-1', 'music')).toMatchObject({ status: long });
    for (const word of [`${long}x`, '']) {
      await expect(relay(fetched(word)).provider.status('task-1', 'music')).rejects.toThrow('cannot be read');
    }
  });

  test('words are bounded and hold no secret, and the id of a task is part of the path', async () => {
    const fail_reason = `no the-key ${'x'.repeat(600)}`;
    const failed = { ...fetched('FAILURE'), data: { task_id: 'a/b', status: 'FAILURE', fail_reason } };
    const { provider, sent } = relay(failed);
    const { failReason } = await provider.status('a/b', 'music');
    expect(failReason).toMatch(/^no \[removed\] x+…$/);
    expect(failReason).toHaveLength(500);
    expect(sent[0]?.path).toBe('/base/suno/fetch/a%2Fb');
  });

  test('an answer about another task is none', async () => {
    await expect(relay(fetched('SUCCESS')).provider.status('task-2', 'music')).rejects.toThrow(
      'cannot be read',
    );
  });
});

test.each([401, 402, 403, 429, 500])(
  'an error with HTTP status %s means what it means everywhere, whatever its code says',
  async (status) => {
    const { provider } = relay({ code: 'fail', message: 'too few credits', data: null }, status);
    await expect(provider.generate(wish)).rejects.toMatchObject({
      taken: status === 500 ? 'unknown' : 'no',
      reason: 'too few credits',
    });
  },
);

test.each(['generate', 'persona', 'status'] as const)(
  'an error that comes as 200 proves nothing, and keeps its words: %s',
  async (call) => {
    // Gateways put the request's id beside their errors: it is no persona's.
    const { provider } = relay({ code: 'fail', message: 'upstream timed out', data: null, id: 'request-1' });
    const made = {
      generate: () => provider.generate(wish),
      persona: () => provider.persona({ clipId, name: 'Her' }),
      status: () => provider.status('task-1', 'music'),
    }[call]();
    await expect(made).rejects.toMatchObject({
      name: 'ProviderAnswerLost',
      call,
      taken: 'unknown',
      reason: 'upstream timed out',
    });
  },
);

test('a persona without an id is none', async () => {
  for (const answer of [{}, { code: 'success', data: null }, { code: 'success', data: { id: '' } }]) {
    await expect(relay(answer).provider.persona({ clipId, name: 'Her' })).rejects.toMatchObject({
      name: 'ProviderAnswerLost',
    });
  }
});

test('what may cost is not sent again with a key that was changed: that needs an intent of its own', async () => {
  const keys = ['old-key', 'new-key'];
  let sent = 0;
  const provider = createRelay({
    baseUrl: 'https://relay.example',
    key: async () => keys.shift() ?? '',
    fetch: async () => {
      sent++;
      return Response.json({}, { status: 401 });
    },
  });
  await expect(provider.generate(wish)).rejects.toMatchObject({ name: 'ProviderAuth' });
  expect(sent).toBe(1);
});

test('of an answer that is cut off nothing is quoted: it holds links to audio', async () => {
  const whole = JSON.stringify(fetched('SUCCESS', { data: [clip('complete', 'https://cdn.example/a.mp3')] }));
  const made = relay(whole.slice(0, -3)).provider.status('task-1', 'music');
  await expect(made).rejects.toThrow(/cannot be read$/);
  await expect(made).rejects.toMatchObject({ name: 'ProviderAnswerLost', reason: undefined });
});

test.each([
  ['raw', { id: 'persona-1', root_clip_id: clipId }],
  ['in an envelope', { code: 'success', message: '', data: { id: 'persona-1' } }],
])('a persona is made from a clip at once, answered %s', async (_, answer) => {
  const { provider, sent } = relay(answer);
  expect(await provider.persona({ clipId, name: 'Her' })).toEqual({ personaId: 'persona-1' });
  expect(sent[0]).toEqual({
    method: 'POST',
    path: '/base/suno/persona/create/',
    body: { root_clip_id: clipId, name: 'Her', description: '', clips: [clipId], is_public: false },
  });
});

test('what the relay cannot do is no part of its port, as the compiler knows', () => {
  const { provider } = relay({});
  // @ts-expect-error A relay trains nothing.
  expect(provider.create).toBeUndefined();
  // @ts-expect-error A relay takes no uploads, so it has no status of one.
  provider.status satisfies (taskId: string, kind: 'upload') => Promise<unknown>;
  type Result = Awaited<ReturnType<typeof provider.status>>;
  // @ts-expect-error The result of music is no model.
  'modelId' satisfies keyof Result;
});
