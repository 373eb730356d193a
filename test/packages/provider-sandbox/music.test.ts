import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createMountSea } from '../../../functions/provider/mountsea.ts';
import type { Provider } from '../../../functions/provider/provider.ts';
import { inspectAudio } from '../../../packages/audio-inspection/inspect-audio.ts';
import { type Sandbox, startSandbox } from '../../../packages/provider-sandbox/sandbox.ts';

let now = Date.UTC(2026, 0, 1);
const clock = {
  now: () => now,
  sleep: async () => {},
  busy: <T>(work: () => Promise<T>) => work(),
  speed: Number.POSITIVE_INFINITY,
};
const wish = { model: 'chirp-v55', prompt: 'rain on a tin roof', tags: 'slow, warm', title: 'Rain' };

let sandbox: Sandbox;
let provider: Provider;
beforeAll(async () => {
  sandbox = await startSandbox({ port: 0, clock, key: 'sandbox-key', seed: 'music' });
  const creditsUrl = `${sandbox.url}/api-user/credits`;
  provider = createMountSea({ baseUrl: sandbox.url, key: async () => 'sandbox-key', creditsUrl });
});
afterAll(() => sandbox.close());

async function made() {
  const { taskId } = await provider.generate(wish);
  now += 150_000;
  const { clips = [] } = await provider.status(taskId, 'music');
  return clips;
}

test('music is charged when it is taken, and ends as two clips', async () => {
  const before = await provider.credits();
  const { taskId } = await provider.generate(wish);
  expect(await provider.credits()).toBe((before ?? 0) - 40);
  expect(await provider.status(taskId, 'music')).toMatchObject({ phase: 'pending' });
  now += 150_000;
  const ended = await provider.status(taskId, 'music');
  expect(ended.phase).toBe('succeeded');
  expect(ended.clips?.map(({ title }) => title)).toEqual(['Rain', 'Rain']);
});

test('a clip that is complete keeps its audio back for a while, and then it is audio that can be played', async () => {
  const { taskId } = await provider.generate(wish);
  let clip = (await provider.status(taskId, 'music')).clips?.[0];
  while (!clip) {
    now += 1000;
    clip = (await provider.status(taskId, 'music')).clips?.[0];
  }
  const url = clip.audioUrl ?? '';
  expect((await fetch(url)).status).toBe(403);
  now += 7000;
  const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
  const source = { size: bytes.length, read: async (at: number, n: number) => bytes.subarray(at, at + n) };
  const limits = { minSeconds: 1, maxSeconds: 60, maxBytes: 1e7 };
  expect(await inspectAudio(source, limits)).toMatchObject({ format: 'WAV', durationSeconds: 8 });
});

describe('of the clips of a month that are more than are unlocked by themselves', () => {
  afterEach(() => sandbox.change({ clips: { unlocksPerMonth: null, lockShownBy: 'link' } }));
  const post = (body: object) =>
    fetch(`${sandbox.url}/_sandbox/unlocks`, { method: 'POST', body: JSON.stringify(body) });
  const statusOf = async (url: string) => (await fetch(url)).status;

  test('the audio is locked, by link and flag, until it is unlocked at the control API', async () => {
    now = Date.UTC(2026, 2, 1);
    sandbox.change({ clips: { unlocksPerMonth: 1 } });
    const { taskId } = await provider.generate(wish);
    now += 200_000;
    const look = async () => (await provider.status(taskId, 'music')).clips ?? [];
    const [free, locked] = await look();
    expect(free).not.toHaveProperty('locked');
    expect(await statusOf(free?.audioUrl ?? '')).toBe(200);
    expect(locked).toMatchObject({ locked: true });
    expect(locked).not.toHaveProperty('audioUrl');
    expect(await statusOf(`${sandbox.url}/_audio/${locked?.clipId}.wav`)).toBe(403);
    expect(await statusOf(`${sandbox.url}/api/forbidden`)).toBe(403);

    expect((await post({ clipIds: [] })).status).toBe(400);
    expect(await (await post({ clipIds: [locked?.clipId] })).json()).toEqual({ unlocked: [locked?.clipId] });
    const [, unlocked] = await look();
    expect(unlocked).not.toHaveProperty('locked');
    expect(await statusOf(unlocked?.audioUrl ?? '')).toBe(200);
  });

  test('the count begins anew with the month', async () => {
    now = Date.UTC(2026, 3, 1);
    sandbox.change({ clips: { unlocksPerMonth: 2 } });
    expect((await made()).filter(({ locked }) => locked)).toHaveLength(0);
    expect((await made()).filter(({ locked }) => locked)).toHaveLength(2);
    now = Date.UTC(2026, 4, 1);
    expect((await made()).filter(({ locked }) => locked)).toHaveLength(0);
  });

  test.each([
    ['flag', { locked: true }],
    ['host', {}],
  ] as const)('what shows the lock is chosen: %s', async (lockShownBy, shown) => {
    sandbox.change({ clips: { unlocksPerMonth: 0, lockShownBy } });
    const [clip] = await made();
    const { clipId = '', audioUrl = '', locked } = clip ?? {};
    expect(audioUrl).toContain(`/_audio/${clipId}`);
    expect(locked === undefined ? {} : { locked }).toEqual(shown);
    now += 60_000;
    expect(await statusOf(audioUrl)).toBe(403);
  });
});

test('an unknown custom model is refused', async () => {
  const model = 'chirp-custom:00000000-0000-4000-8000-000000000000';
  await expect(provider.generate({ ...wish, model })).rejects.toMatchObject({
    name: 'ProviderRefused',
    reason: 'Model not found.',
  });
});

test('a persona is made of a generated clip, and music with it names that clip', async () => {
  const [clip] = await made();
  const { personaId } = await provider.persona({ clipId: clip?.clipId ?? '', name: 'Her voice' });
  const persona = { personaId, clipId: clip?.clipId ?? '' };
  await expect(provider.generate({ ...wish, persona })).resolves.toHaveProperty('taskId');
  const other = { personaId, clipId: 'another' };
  await expect(provider.generate({ ...wish, persona: other })).rejects.toThrow('artist_clip_id');
  const model = 'chirp-custom:00000000-0000-4000-8000-000000000000';
  await expect(provider.generate({ ...wish, model, persona })).rejects.toThrow('cannot be combined');
  await expect(provider.persona({ clipId: 'unknown', name: 'x' })).rejects.toThrow('not one that was');
});

test('without enough credits nothing is made', async () => {
  sandbox.change({ credits: 39 });
  await expect(provider.generate(wish)).rejects.toMatchObject({ name: 'CreditsExhausted', taken: 'no' });
  expect(await provider.credits()).toBe(39);
  sandbox.change({ credits: 1000 });
});
