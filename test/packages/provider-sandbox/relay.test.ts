import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createMountSea } from '../../../functions/provider/mountsea.ts';
import type { MusicProvider, MusicRequest, Provider } from '../../../functions/provider/provider.ts';
import { createRelay } from '../../../functions/provider/relay.ts';
import { type Sandbox, startSandbox } from '../../../packages/provider-sandbox/sandbox.ts';
import { startAudioServer } from './audio-server.ts';

let now = Date.UTC(2026, 0, 1);
const clock = {
  now: () => now,
  sleep: async () => {},
  busy: <T>(work: () => Promise<T>) => work(),
  speed: Number.POSITIVE_INFINITY,
};
const wish = { model: 'chirp-v4', prompt: 'rain on a tin roof', tags: 'slow', title: 'Rain' };

let sandbox: Sandbox;
let relay: MusicProvider;
let mountsea: Provider;
beforeAll(async () => {
  sandbox = await startSandbox({ port: 0, clock, key: 'sandbox-key', seed: 'relay' });
  relay = createRelay({ baseUrl: sandbox.url, key: async () => sandbox.relayKey });
  mountsea = createMountSea({ baseUrl: sandbox.url, key: async () => sandbox.key });
});
afterEach(() =>
  sandbox.change({
    dialect: { relayAnswer: 'envelope', relayErrors: 'status', relayClip: 'same account' },
    credits: 1000,
  }),
);
afterAll(() => sandbox.close());

const wordsSchema = z.object({
  data: z.object({
    status: z.string(),
    progress: z.string(),
    data: z.array(z.object({ status: z.string(), audio_url: z.string() })),
  }),
});

const bearer = (key: string) => ({ authorization: `Bearer ${key}`, 'content-type': 'application/json' });
const ask = async (path: string, init: RequestInit = {}) => {
  const answer = await fetch(sandbox.url + path, { headers: bearer(sandbox.relayKey), ...init });
  return { status: answer.status, body: (await answer.json()) as unknown };
};
const post = (path: string, body: object) => ask(path, { method: 'POST', body: JSON.stringify(body) });
const song = { prompt: 'p', tags: '', title: '', mv: 'chirp-v4' };

async function made(provider: MusicProvider = relay, request: MusicRequest = wish) {
  const { taskId } = await provider.generate(request);
  now += 150_000;
  const { clips = [] } = await provider.status(taskId, 'music');
  return clips.map(({ clipId }) => clipId);
}

describe.each(['raw', 'envelope'] as const)('answered %s', (relayAnswer) => {
  test('a song, a persona of its clip, and music with it', async () => {
    sandbox.change({ dialect: { relayAnswer } });
    const before = sandbox.credits();
    const [clipId = ''] = await made();
    expect(sandbox.credits()).toBe(before - 40);
    const { personaId } = await relay.persona({ clipId, name: 'Hers' });
    const persona = { personaId, clipId };
    expect(await made(relay, { ...wish, model: 'chirp-v4-tau', persona })).toHaveLength(2);
    expect(sandbox.ledger().slice(-3)).toMatchObject([
      { path: '/suno/persona/create/', call: 'persona', status: 200, taken: true },
      { path: '/suno/submit/music', call: 'generate', status: 200, taken: true, credits: 40 },
      { call: 'status' },
    ]);
  });
});

test('the raw answer says complete while its clips are submitted', async () => {
  sandbox.change({ dialect: { relayAnswer: 'raw' } });
  const { body } = await post('/suno/submit/music', song);
  expect(body).toMatchObject({
    status: 'complete',
    batch_size: 2,
    clips: [
      { status: 'submitted', audio_url: '' },
      { status: 'submitted', audio_url: '' },
    ],
  });
});

test('a task goes from NOT_START to SUCCESS, with its progress, and its clips from submitted to complete', async () => {
  const { taskId } = await relay.generate(wish);
  const seen: z.infer<typeof wordsSchema>['data'][] = [];
  for (let second = 0; second <= 125; second++) {
    seen.push(wordsSchema.parse((await ask(`/suno/fetch/${taskId}`)).body).data);
    now += second < 3 ? 250 : 1000;
  }
  const inOrder = (words: string[]) => words.filter((word, index) => word !== words[index - 1]);
  expect(inOrder(seen.map(({ status }) => status)).join(' ')).toMatch(
    /^NOT_START (SUBMITTED )?(QUEUED )?IN_PROGRESS SUCCESS$/,
  );
  expect(inOrder(seen.map(({ data }) => data[0]?.status ?? ''))).toEqual([
    'submitted',
    'streaming',
    'complete',
  ]);
  const shares = seen.map(({ progress }) => Number(progress.replace('%', '')));
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(shares.at(0)).toBe(0);
  expect(shares.at(-1)).toBe(100);
  // What streams has a link already, and is not taken for the music.
  expect(seen.find(({ data }) => data[0]?.status === 'streaming')?.data[0]?.audio_url).toMatch(/^http/);
});

test('several tasks are fetched at once, those that are known', async () => {
  const { taskId } = await relay.generate(wish);
  const { body } = await post('/suno/fetch', { ids: [taskId, 'unknown'] });
  expect(body).toMatchObject({ code: 'success', data: [{ task_id: taskId }] });
});

describe('refused as {code, message, data: null}', () => {
  const persona = { root_clip_id: 'x', name: 'n', description: '', clips: ['x'], is_public: false };
  const sung = {
    ...song,
    mv: 'chirp-v4-tau',
    generation_type: 'TEXT',
    negative_tags: '',
    task: 'artist_consistency',
    persona_id: 'x',
    artist_clip_id: 'x',
  };
  test.each([
    [
      'a tau model without a persona',
      '/suno/submit/music',
      { ...song, mv: 'chirp-v4-tau' },
      'needs a persona',
    ],
    ['a persona with another model', '/suno/submit/music', { ...sung, mv: 'chirp-v4' }, 'cannot sing'],
    ['an unknown persona', '/suno/submit/music', sung, 'Persona not found'],
    [
      'a required field that is missing',
      '/suno/submit/music',
      { ...sung, negative_tags: undefined },
      'negative_tags',
    ],
    ["MountSea's model", '/suno/submit/music', { ...song, mv: 'chirp-v55' }, 'unknown model'],
    ['an unknown clip', '/suno/persona/create/', persona, 'not one that was generated'],
  ])('%s', async (_, path, body, words) => {
    const refusal = { code: 'invalid_request', message: expect.stringContaining(words), data: null };
    expect(await post(path, body)).toEqual({ status: 400, body: refusal });
    sandbox.change({ dialect: { relayErrors: 'as200' } });
    expect(await post(path, body)).toEqual({ status: 200, body: refusal });
    expect(sandbox.ledger().at(-1)).toMatchObject({ status: 200, taken: false, credits: 0 });
  });

  test('an unknown task, and one of the other service', async () => {
    const { taskId } = await mountsea.generate({ ...wish, model: 'chirp-v55' });
    for (const id of ['unknown', taskId]) {
      expect(await ask(`/suno/fetch/${id}`)).toMatchObject({
        status: 400,
        body: { message: 'task_not_exist' },
      });
    }
    const there = await relay.generate(wish);
    await expect(mountsea.status(there.taskId, 'music')).rejects.toMatchObject({ status: 404 });
  });

  test("a wrong key, MountSea's among them", async () => {
    const headers = bearer(sandbox.key);
    expect(await ask('/suno/fetch/x', { headers })).toMatchObject({
      status: 401,
      body: { code: 'unauthorized', data: null },
    });
    const confused = createMountSea({ baseUrl: sandbox.url, key: async () => sandbox.relayKey });
    await expect(confused.generate(wish)).rejects.toMatchObject({ name: 'ProviderAuth' });
  });

  test('too few credits, and a call over the rate limit', async () => {
    sandbox.change({ credits: 39 });
    await expect(relay.generate(wish)).rejects.toMatchObject({ name: 'CreditsExhausted', taken: 'no' });
    sandbox.change({ rateLimit: { calls: 1 } });
    now += 5000;
    await ask('/suno/fetch/x');
    expect(await ask('/suno/fetch/x')).toMatchObject({ status: 429, body: { data: null } });
    sandbox.change({ rateLimit: { calls: 0 } });
  });
});

describe('music from a clip', () => {
  const from = (clipId: string) => relay.generate({ ...wish, fromClip: { clipId } });
  const refusedWith = (words: string) => ({ name: 'ProviderRefused', reason: `clip_id: ${words}` });

  test('is made on the account of the clip, and is known to be of it', async () => {
    const [clipId = ''] = await made();
    const { account } = sandbox.ledger().findLast(({ call }) => call === 'generate') ?? {};
    const { taskId } = await from(clipId);
    expect(sandbox.ledger().at(-1)).toMatchObject({ taskId, account, credits: 40, taken: true });
    const state = await (await fetch(`${sandbox.url}/_sandbox/state`)).json();
    expect(
      z
        .object({ music: z.array(z.looseObject({})) })
        .parse(state)
        .music.at(-1),
    ).toMatchObject({
      taskId,
      fromClip: clipId,
    });
  });

  test('is refused of a clip that is unknown, not done yet, or of the other service', async () => {
    await expect(from('unknown')).rejects.toMatchObject(refusedWith('unknown clip'));
    sandbox.change({ dialect: { relayAnswer: 'raw' } });
    const { body } = await post('/suno/submit/music', song);
    const { clips } = z.object({ clips: z.array(z.object({ id: z.string() })) }).parse(body);
    await expect(from(clips[0]?.id ?? '')).rejects.toMatchObject(refusedWith('unknown clip'));
    const [theirs = ''] = await made(mountsea, { ...wish, model: 'chirp-v55' });
    await expect(from(theirs)).rejects.toMatchObject(refusedWith('the clip is of another account'));
  });

  test("goes to an account of the relay's choice, where that is set, and is refused on another one", async () => {
    sandbox.change({ dialect: { relayClip: 'drawn account' } });
    const [clipId = ''] = await made();
    const ends = await Promise.allSettled(Array.from({ length: 8 }, () => from(clipId)));
    const refused = ends.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]).toMatchObject({ reason: refusedWith('the clip is of another account') });
  });

  test('is a song of its own where the relay does not know the field, for the same price', async () => {
    sandbox.change({ dialect: { relayClip: 'ignored' } });
    await expect(from('unknown')).resolves.toHaveProperty('taskId');
    expect(sandbox.ledger().at(-1)).toMatchObject({ taken: true, credits: 40 });
  });
});

test('a persona, and music from a clip, is made neither of an upload nor of a clip of the other service', async () => {
  const audio = await startAudioServer();
  const { sessionId } = await mountsea.prepare();
  const { taskId } = await mountsea.upload({ sessionId, audioUrl: `${audio.url}/1.wav` });
  await expect
    .poll(async () => {
      now += 60_000;
      return (await mountsea.status(taskId, 'upload')).phase;
    })
    .toBe('succeeded');
  const { clipId = '' } = await mountsea.status(taskId, 'upload');
  await audio.close();
  for (const provider of [relay, mountsea]) {
    await expect(provider.persona({ clipId, name: 'x' })).rejects.toThrow('is an upload');
  }
  const song = relay.generate({ ...wish, fromClip: { clipId } });
  await expect(song).rejects.toThrow('clip_id: the clip is an upload');
  const [theirs = ''] = await made(mountsea, { ...wish, model: 'chirp-v55' });
  await expect(relay.persona({ clipId: theirs, name: 'x' })).rejects.toThrow('not one that was generated');
});

test('what a persona costs is a setting', async () => {
  const [clipId = ''] = await made();
  sandbox.change({ prices: { persona: 100 } });
  const before = sandbox.credits();
  await relay.persona({ clipId, name: 'Dear' });
  expect(sandbox.credits()).toBe(before - 100);
  sandbox.change({ prices: { persona: 0 } });
});

test('faults on demand act on the relay, too', async () => {
  sandbox.setFaults([{ call: 'generate', kind: 'task-failed', reason: 'moderated' }]);
  const { taskId } = await relay.generate(wish);
  now += 150_000;
  expect(await relay.status(taskId, 'music')).toMatchObject({ phase: 'failed', failReason: 'moderated' });
  sandbox.setFaults([{ call: 'generate', kind: 'task-timeout' }]);
  const late = await relay.generate(wish);
  now += 300_000;
  expect(await relay.status(late.taskId, 'music')).toMatchObject({
    phase: 'failed',
    failReason: 'task timeout',
  });
  sandbox.setFaults([{ call: 'status', kind: 'other-task-id' }]);
  await expect(relay.status(taskId, 'music')).rejects.toMatchObject({ name: 'ProviderAnswerLost' });
});
