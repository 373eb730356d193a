import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createdGenerationAnswer, generationAnswer } from '../../functions/api/contract/music.ts';
import { personaAnswer, personaListAnswer } from '../../functions/api/contract/persona.ts';
import { sandboxSettingsSchema } from '../../packages/provider-sandbox/settings.ts';
import { sharedStack, sinceNow, songs, type TestStack } from '../../test-support/local-stack.ts';

const { dialect: usual } = sandboxSettingsSchema.parse({});
let it_: TestStack;
beforeAll(async () => {
  it_ = await sharedStack();
});
afterEach(() => {
  it_.stack.sandbox?.change({ dialect: usual, prices: { persona: 0 } });
  sinceNow(it_).fault();
});

/** Asks for music and stays until its execution has ended. */
async function generate(request: object) {
  const answer = await it_.call('POST', '/generations', { prompt: 'rain on a tin roof', ...request });
  if (answer.status !== 202) throw new Error(JSON.stringify(answer.body));
  const { session } = createdGenerationAnswer.parse(answer.body);
  await it_.ended(session.executionArn ?? '');
  return it_.session(session.sessionId);
}
const makePersona = (body: object) => it_.call('POST', '/personas', body);

describe('a song, a persona of its clip, and music with that', () => {
  test.each(['raw', 'envelope'] as const)(
    'through the relay, answered %s: the submission alone is never taken for the music',
    async (relayAnswer) => {
      it_.stack.sandbox?.change({ dialect: { relayAnswer }, prices: { persona: 7 } });
      const seen = sinceNow(it_);
      const name = `Hers ${relayAnswer}`;

      const song = await generate({ dialect: 'relay', title: 'First' });
      expect(song).toMatchObject({
        status: 'ready',
        creditsSpent: 40,
        music: { dialect: 'relay', model: 'chirp-v4' },
      });
      // A raw answer holds two clips and says "complete": the music was waited for all the same, and fetched.
      expect(await it_.path(song.executionArn)).toEqual(
        expect.arrayContaining(['Wait for music', 'Copy audio']),
      );
      const fetches = seen.entries().filter(({ call }) => call === 'status');
      expect(fetches.length).toBeGreaterThanOrEqual(2);
      expect(song.music?.clips.map(({ durationSeconds }) => durationSeconds)).toEqual([8, 9]);

      const made = await makePersona({ name, generation: song.sessionId });
      expect(made.status).toBe(201);
      const persona = personaAnswer.parse(made.body);
      expect(persona).toMatchObject({ dialect: 'relay', clipId: song.music?.clips[0]?.clipId, calls: 1 });

      const sung = await generate({ persona: name });
      expect(sung).toMatchObject({
        status: 'ready',
        music: { dialect: 'relay', model: 'chirp-v4-tau', persona: { personaId: persona.personaId, name } },
      });
      const { downloads } = generationAnswer.parse(
        (await it_.call('GET', `/generations/${sung.sessionId}`)).body,
      );
      const audio = await Promise.all(downloads.map(async ({ url }) => (await fetch(url)).arrayBuffer()));
      expect(audio.map(({ byteLength }) => byteLength)).toEqual(sung.music?.clips.map(({ size }) => size));

      // One call of each kind, each paid once, all of them at the relay.
      const { calls, credits } = seen.sums();
      expect(calls).toMatchObject({ generate: 2, persona: 1 });
      expect(credits).toBe(40 + 7 + 40);
      expect(new Set(seen.entries().map(({ path }) => path.replace(/fetch\/.*/, 'fetch')))).toEqual(
        new Set(['/suno/submit/music', '/suno/fetch', '/suno/persona/create/']),
      );
    },
    60_000,
  );

  test('at MountSea', async () => {
    const seen = sinceNow(it_);
    const song = await generate({ model: 'chirp-v55' });
    const clipId = song.music?.clips[1]?.clipId;
    const made = await makePersona({
      name: 'His',
      generation: song.sessionId,
      clip: clipId,
      description: 'low',
    });
    expect(personaAnswer.parse(made.body)).toMatchObject({ dialect: 'mountsea', clipId, description: 'low' });
    const sung = await generate({ persona: 'His', model: 'chirp-v50' });
    expect(sung).toMatchObject({
      status: 'ready',
      music: { dialect: 'mountsea', persona: { clipId, name: 'His' } },
    });
    expect(seen.sums()).toMatchObject({ calls: { generate: 2, persona: 1 }, credits: 80 });
    const paths = seen.entries().filter(({ call }) => call !== 'status' && call !== 'credits');
    expect(paths.map(({ path }) => path)).toEqual([
      '/suno/v2/generate',
      '/suno/v2/persona',
      '/suno/v2/generate',
    ]);
  }, 60_000);
});

describe('a persona is paid once', () => {
  test('a lost answer leaves it in doubt, for its owner to see; only consent makes a second call', async () => {
    const seen = sinceNow(it_);
    const song = await generate({ dialect: 'relay' });
    seen.fault({ call: 'persona', kind: 'reset-after' });
    const body = { name: 'Perhaps', generation: song.sessionId };
    for (const _ of [1, 2]) {
      expect(await makePersona(body)).toMatchObject({
        status: 409,
        body: { type: 'urn:chirpsmith:error:NeedsDecision', detail: expect.stringContaining('called once') },
      });
    }
    expect(seen.sums().calls.persona).toBe(1);
    const list = async (token?: string) =>
      personaListAnswer.parse((await it_.call('GET', '/personas', undefined, token)).body).personas;
    expect((await list()).find(({ name }) => name === 'Perhaps')).toMatchObject({ status: 'in-doubt' });
    expect(await list(await it_.stack.token('somebody else'))).toEqual([]);

    const again = await makePersona({ ...body, again: true });
    expect(again).toMatchObject({ status: 201, body: { status: 'made', calls: 2 } });
    expect(await makePersona(body)).toMatchObject({ status: 201, body: again.body });
    expect(seen.sums().calls.persona).toBe(2);
  });
});

describe('refused before a call, by the field', () => {
  test("an upload's clip, another owner's music, an unknown persona", async () => {
    const seen = sinceNow(it_);
    const files = songs(6).map(({ name }, index) => ({ name, size: 10, sha256: `${index}`.repeat(64) }));
    const batch = await it_.call('POST', '/sessions', { kind: 'batch', name: 'Voices', files });
    const { sessionId: generation } = createdGenerationAnswer.shape.session
      .pick({ sessionId: true })
      .parse(batch.body);
    const uploads = await makePersona({ name: 'Upload', generation });
    expect(uploads).toMatchObject({ status: 400, body: { problems: [{ where: 'generation' }] } });
    expect(JSON.stringify(uploads.body)).toContain('uploads');
    const stranger = await it_.stack.token('somebody else');
    expect(await it_.call('POST', '/personas', { name: 'Theft', generation }, stranger)).toMatchObject({
      status: 400,
      body: { problems: [{ where: 'generation', message: 'is no music of yours' }] },
    });
    const music = await it_.call('POST', '/generations', { prompt: 'p', persona: 'Nobody' });
    expect(music).toMatchObject({ status: 400, body: { problems: [{ where: 'persona' }] } });
    expect(seen.calls()).toBe(0);
  });
});
