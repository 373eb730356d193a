import { afterEach, beforeAll, expect, test } from 'vitest';
import { createdGenerationAnswer } from '../../functions/api/contract/music.ts';
import { sandboxSettingsSchema } from '../../packages/provider-sandbox/settings.ts';
import { sharedStack, sinceNow, songs, type TestStack } from '../../test-support/local-stack.ts';

const { dialect: usual } = sandboxSettingsSchema.parse({});
let it_: TestStack;
beforeAll(async () => {
  it_ = await sharedStack();
});
afterEach(() => it_.stack.sandbox?.change({ dialect: usual }));

const ask = (request: object) => it_.call('POST', '/generations', { prompt: 'the same at dawn', ...request });

/** Asks for music and stays until its execution has ended. */
async function generate(request: object) {
  const answer = await ask(request);
  if (answer.status !== 202) throw new Error(JSON.stringify(answer.body));
  const { session, warnings } = createdGenerationAnswer.parse(answer.body);
  await it_.ended(session.executionArn ?? '');
  return { ...(await it_.session(session.sessionId)), warnings };
}

test('music from a clip of earlier music at the relay names that clip, and is paid once', async () => {
  const song = await generate({ dialect: 'relay' });
  const fromClip = song.music?.clips[1]?.clipId ?? '';
  const seen = sinceNow(it_);
  const music = await generate({ fromClip });
  expect(music).toMatchObject({
    status: 'ready',
    creditsSpent: 40,
    music: { dialect: 'relay', model: 'chirp-v4', fromClip: { clipId: fromClip, sessionId: song.sessionId } },
    warnings: [expect.stringContaining('leaves open which task and mv go with it')],
  });
  expect(seen.sums()).toMatchObject({ calls: { generate: 1 }, credits: 40 });
  const state = await (await fetch(`${it_.stack.sandbox?.url}/_sandbox/state`)).json();
  expect(state).toMatchObject({ music: expect.arrayContaining([expect.objectContaining({ fromClip })]) });
}, 40_000);

test("what breaks the page's rules is refused before a call", async () => {
  const batch = await it_.run(await it_.upload(songs(1), { kind: 'batch', name: 'One' }));
  const uploaded = batch.tracks[0]?.clipId ?? '';
  const there = await generate({ model: 'chirp-v55' });
  const seen = sinceNow(it_);
  for (const [fromClip, words] of [
    [uploaded, 'is the clip of an upload'],
    [there.music?.clips[0]?.clipId, 'made at MountSea'],
    ['no-clip-of-ours', 'nothing of it could be checked'],
  ] as const) {
    const { status, body } = await ask({ fromClip });
    expect([status, JSON.stringify(body)]).toEqual([400, expect.stringContaining(words)]);
  }
  expect(seen.calls()).toBe(0);
}, 40_000);

test('a clip that nobody has checked is refused by the relay in its words, and nothing is taken', async () => {
  const seen = sinceNow(it_);
  const music = await generate({ fromClip: 'no-clip-of-ours', uncheckedClip: true });
  expect(music).toMatchObject({
    status: 'failed',
    failure: { error: 'ProviderRefused', reason: expect.stringContaining('clip_id: unknown clip') },
    creditsSpent: 0,
  });
  expect(seen.sums()).toMatchObject({ credits: 0 });
}, 20_000);
