import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  createdGenerationAnswer,
  generationAnswer,
  modelListAnswer,
} from '../../functions/api/contract/music.ts';
import { sessionListAnswer } from '../../functions/api/contract/session.ts';
import { inspectAudio } from '../../packages/audio-inspection/inspect-audio.ts';
import { sharedStack, sinceNow, songs, type TestStack } from '../../test-support/local-stack.ts';

let it_: TestStack;
let modelId: string;
let trainedName: string;
const wish = { model: 'chirp-v55', prompt: 'rain on a tin roof', tags: 'slow, warm', title: 'Rain' };

beforeAll(async () => {
  it_ = await sharedStack();
});
afterEach(() => sinceNow(it_).fault());

async function begin(request: object = wish) {
  const answer = await it_.call('POST', '/generations', request);
  if (answer.status !== 202) throw new Error(JSON.stringify(answer.body));
  return createdGenerationAnswer.parse(answer.body);
}

/** Asks for music and stays until its execution has ended. */
async function generate(request: object = wish) {
  const { session } = await begin(request);
  if (session.executionArn !== undefined) await it_.ended(session.executionArn);
  return it_.session(session.sessionId);
}

async function filesOf(sessionId: string): Promise<Uint8Array[]> {
  const { body } = await it_.call('GET', `/generations/${sessionId}`);
  const { downloads } = generationAnswer.parse(body);
  return Promise.all(
    downloads.map(async ({ url }) => new Uint8Array(await (await fetch(url)).arrayBuffer())),
  );
}

describe('from a prompt to audio in the bucket', () => {
  test('a model that was trained here is found by its name, and its music can be downloaded', async () => {
    trainedName = `Trained ${Date.now()}`;
    const trained = await it_.run(await it_.upload(songs(6), { name: trainedName }));
    modelId = trained.modelId ?? '';
    const { models } = modelListAnswer.parse((await it_.call('GET', '/models')).body);
    expect(models[0]).toMatchObject({
      modelId,
      name: trainedName,
      sessionId: trained.sessionId,
      credits: 106,
    });
    expect(models[0]?.files).toEqual(trained.tracks.map(({ file }) => file));

    const seen = sinceNow(it_);
    // The provider's links answer 403 for longer than our first look takes.
    it_.stack.sandbox?.change({ clips: { audioAfter: 90 } });
    const music = await generate({ ...wish, model: trainedName });
    it_.stack.sandbox?.change({ clips: { audioAfter: 6 } });
    expect(music).toMatchObject({
      kind: 'music',
      status: 'ready',
      name: 'Rain',
      creditsSpent: 40,
      music: { model: modelId, modelName: trainedName },
    });
    expect(seen.sums()).toMatchObject({ calls: { generate: 1, credits: 1 }, credits: 40 });
    expect(await it_.path(music.executionArn)).toEqual(
      expect.arrayContaining(['Request music', 'Check music', 'Copy audio', 'Wait for audio', 'Music ready']),
    );

    const files = await filesOf(music.sessionId);
    expect(files).toHaveLength(2);
    for (const [index, bytes] of files.entries()) {
      const clip = music.music?.clips[index];
      expect(clip).toMatchObject({ format: 'WAV', durationSeconds: 8 + index, size: bytes.length });
      const source = {
        size: bytes.length,
        read: async (at: number, n: number) => bytes.subarray(at, at + n),
      };
      const limits = { minSeconds: 1, maxSeconds: 60, maxBytes: 1e7 };
      expect(await inspectAudio(source, limits)).toMatchObject({ usable: true, durationSeconds: 8 + index });
    }
    const list = sessionListAnswer.parse((await it_.call('GET', '/generations')).body);
    expect(list.sessions.every(({ kind }) => kind === 'music')).toBe(true);
    expect(list.sessions.map(({ sessionId }) => sessionId)).toContain(music.sessionId);
    // The first run on a stack loads every function, and a training comes before it.
  }, 90_000);

  test('bad input is rejected at once, and nothing is recorded or called', async () => {
    const seen = sinceNow(it_);
    const bad = { model: 'No Such Model', prompt: ' ', tags: 'x'.repeat(1001) };
    const { status, body } = await it_.call('POST', '/generations', bad);
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain('no model of yours has this name');
    expect(body).toMatchObject({ problems: [{ where: 'prompt' }, { where: 'tags' }, { where: 'model' }] });
    expect(seen.calls()).toBe(0);
  });
});

describe('paid once', () => {
  test.each([{ kind: 'reset-after' }, { kind: 'status', status: 502 }] as const)(
    'an answer that is lost ($kind) stops it for a decision, and only a person calls again',
    async (fault) => {
      const seen = sinceNow(it_);
      seen.fault({ call: 'generate', ...fault });
      const lost = await generate();
      expect(lost).toMatchObject({
        status: 'needs-decision',
        failure: { error: 'NeedsDecision' },
        actions: ['decide'],
        creditsSpent: 40,
      });
      expect(seen.sums().calls.generate).toBe(1);
      const asked = await it_.call('POST', `/sessions/${lost.sessionId}/decide`, { choice: 'check-again' });
      expect(asked.status).toBe(409);

      const again = await it_.run(lost.sessionId, 'decide', { choice: 'create-again' });
      expect(again).toMatchObject({ status: 'ready', creditsSpent: 80 });
      expect(seen.sums().calls.generate).toBe(2);
    },
    20_000,
  );

  test('a call that was surely not taken is made again', async () => {
    const seen = sinceNow(it_);
    seen.fault({ call: 'generate', kind: 'status', status: 429 });
    expect(await generate()).toMatchObject({ status: 'ready', creditsSpent: 40 });
    expect(seen.sums()).toMatchObject({ calls: { generate: 2 }, credits: 40 });
  });

  test("a failure keeps the provider's words", async () => {
    sinceNow(it_).fault({ call: 'generate', kind: 'task-failed', reason: 'Lyrics were moderated.' });
    expect(await generate()).toMatchObject({
      status: 'failed',
      failure: { error: 'GenerationFailed', reason: 'Lyrics were moderated.' },
    });
  });

  test('too few credits stop it before the call, in numbers', async () => {
    const seen = sinceNow(it_);
    const { sandbox } = it_.stack;
    const credits = sandbox?.credits() ?? 0;
    sandbox?.change({ credits: 12 });
    try {
      const poor = await generate();
      expect(poor.failure?.reason).toContain('40 credits, and the account has 12: 28 more');
      expect(poor).toMatchObject({ status: 'failed', creditsSpent: 0, actions: ['resume'] });
      expect(seen.sums().calls).toEqual({ credits: 1 });
    } finally {
      sandbox?.change({ credits });
    }
    expect(await it_.run((await generate()).sessionId, 'resume')).toMatchObject({ status: 'ready' });
  });
});

describe('audio that does not come', () => {
  test('is reported when the schedule is over, and a resume copies it for nothing', async () => {
    const seen = sinceNow(it_);
    const { sandbox } = it_.stack;
    sandbox?.change({ clips: { audio: '<html>not yet</html>' } });
    const music = await generate().finally(() => sandbox?.change({ clips: { audio: undefined } }));
    expect(music).toMatchObject({
      status: 'failed',
      failure: { error: 'DeadlineExceeded' },
      actions: ['resume'],
    });
    expect(music.failure?.reason).toContain('no finished audio');
    expect(await it_.run(music.sessionId, 'resume')).toMatchObject({ status: 'ready', creditsSpent: 40 });
    expect(seen.sums().calls.generate).toBe(1);
    expect(await filesOf(music.sessionId)).toHaveLength(2);
  }, 20_000);

  test('because it is locked ends the run early; once it is unlocked, a resume copies it for nothing', async () => {
    const seen = sinceNow(it_);
    const { sandbox } = it_.stack;
    sandbox?.change({ clips: { unlocksPerMonth: 0 } });
    const music = await generate();
    const clipIds = music.music?.clips.map(({ clipId }) => clipId) ?? [];
    expect(music).toMatchObject({
      status: 'failed',
      failure: { error: 'AudioLocked', reason: expect.stringContaining(`(${clipIds.join(', ')})`) },
      music: { clips: [{ hasAudio: false, locked: 'yes' }, { locked: 'yes' }] },
      actions: ['resume'],
      creditsToCome: 0,
    });
    // Asked for twice, and not to the end of the schedule.
    const path = await it_.path(music.executionArn);
    expect(path.filter((state) => state === 'Copy audio')).toHaveLength(2);

    const body = JSON.stringify({ clipIds });
    await fetch(`${sandbox?.url}/_sandbox/unlocks`, { method: 'POST', body });
    const resumed = await it_.run(music.sessionId, 'resume');
    sandbox?.change({ clips: { unlocksPerMonth: null } });
    expect(resumed).toMatchObject({ status: 'ready', creditsSpent: 40 });
    expect(resumed.music?.clips[0]).not.toHaveProperty('locked');
    expect(seen.sums().calls.generate).toBe(1);
  }, 20_000);
});
