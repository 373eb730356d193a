import { beforeAll, describe, expect, it } from 'vitest';
import type { RelayHere } from '../../../functions/domain/dialect-rules.ts';
import { type Music, musicSchema, type Session } from '../../../functions/domain/session.ts';
import {
  type Dialect,
  type MusicClip,
  ProviderError,
  type TaskStatus,
} from '../../../functions/provider/provider.ts';
import { ChirpsmithError } from '../../../functions/shared/errors.ts';
import { checkMusic } from '../../../functions/workflow/check-music/check-music.ts';
import { copyAudio } from '../../../functions/workflow/copy-audio/copy-audio.ts';
import { requestMusic } from '../../../functions/workflow/request-music/request-music.ts';
import { openTable, recordSession, settings, testMoment } from '../../../test-support/session-records.ts';
import { scriptedProvider } from '../../scripted-provider.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});

const persona = { personaId: 'persona-1', clipId: 'clip-0', name: 'Hers' };
const music: Music = {
  dialect: 'relay',
  model: 'chirp-v4-tau',
  prompt: 'rain',
  tags: '',
  instrumental: false,
  persona,
  clips: [],
};
let drawn = 0;
async function record(more: Partial<Music> = {}, session: Partial<Session> = {}): Promise<string> {
  const sessionId = `music-${++drawn}`;
  await recordSession(table.store, {
    sessionId,
    count: 0,
    session: { kind: 'music', status: 'preparing', music: { ...music, ...more }, ...session },
  });
  return sessionId;
}

/** Both dialects, what each was asked, and the one task that they know, with its clip. */
function providers(
  call?: () => Promise<{ taskId: string }>,
  clip: Partial<MusicClip> = { audioUrl: 'https://cdn.example/1' },
) {
  const taskId = `task-of-music-${drawn + 1}`;
  const generate = call ?? (async () => ({ taskId }));
  const asked: [dialect: Dialect, what: string, request: unknown][] = [];
  const clipId = `clip-of-music-${drawn + 1}`;
  const clips = [{ clipId, ...clip }];
  const status: TaskStatus<'music'> = { kind: 'music', taskId, phase: 'succeeded', status: 'success', clips };
  const providerOf = (dialect: Dialect) => ({
    ...scriptedProvider({}).provider,
    generate: (request: unknown) => {
      asked.push([dialect, 'generate', request]);
      return generate();
    },
    status: async (taskId: string) => {
      asked.push([dialect, 'status', taskId]);
      return status;
    },
  });
  return { asked, taskId, clipId, providerOf };
}
const deps = (at: ReturnType<typeof providers>, relay: RelayHere = true) => ({
  store: table.store,
  providerOf: at.providerOf,
  relay,
  settings,
  now: () => testMoment,
  random: () => 0.5,
});
const waiting = (sessionId: string) => ({
  ...{ sessionId, wait: 0, waited: 0, total: 0, checks: 0, refusals: 0 },
  verdict: 'waiting' as const,
});

describe('a session of music goes through the dialect of its record', () => {
  it.each([
    ['relay', { dialect: 'relay', model: 'chirp-v4-tau' }],
    ['mountsea', { dialect: 'mountsea', model: 'chirp-v55' }],
  ] as const)('%s: the call, the checks and the links to its audio', async (dialect, more) => {
    const [at, sessionId] = [providers(), await record(more)];
    const state = await requestMusic({ sessionId }, deps(at));
    await checkMusic(state, deps(at));
    const downloaded: unknown[] = [];
    await copyAudio(
      { sessionId },
      {
        ...deps(at),
        download: async (url, from) => {
          downloaded.push([url, from]);
          return { trouble: 'none' };
        },
        keep: async () => {},
      },
    );
    expect(at.asked.map(([from, what]) => [from, what])).toEqual([
      [dialect, 'generate'],
      [dialect, 'status'],
      [dialect, 'status'],
    ]);
    expect(at.asked[0]?.[2]).toMatchObject({ model: more.model, persona });
    expect(downloaded).toEqual([['https://cdn.example/1', dialect]]);
  });

  it('a record from before there were two dialects is of MountSea', () => {
    const { dialect: _none, ...old } = music;
    expect(musicSchema.parse(old).dialect).toBe('mountsea');
  });
});

describe('music from a clip', () => {
  const fromClip = { clipId: 'clip-0', sessionId: 'earlier' };
  const song = { persona: undefined, model: 'chirp-v4', fromClip };

  it('names the clip in the one call, behind the same fence as other music', async () => {
    const at = providers(async () => {
      throw new ProviderError('ProviderAnswerLost', { call: 'generate', message: 'reset', taken: 'unknown' });
    });
    const sessionId = await record(song);
    await requestMusic({ sessionId }, deps(at));
    // Run again, as by a retry or a resume: the call is not repeated.
    await requestMusic({ sessionId }, deps(at));
    expect(at.asked).toEqual([['relay', 'generate', expect.objectContaining({ fromClip })]]);
    expect(await table.store.requireSession(sessionId)).toMatchObject({
      create: { fence: 'unknown', calls: 1 },
    });
  });
});

describe('Request music looks at the rules once more, before the call', () => {
  it.each<[string, Partial<Music>, RelayHere, string]>([
    ['a relay that is not configured any more', {}, { set: 'relayBaseUrl' }, 'set relayBaseUrl'],
    ['a model that cannot sing', { model: 'chirp-v4' }, true, 'use chirp-v4-tau'],
    [
      'a clip beside a persona',
      { fromClip: { clipId: 'clip-0' } },
      true,
      'cannot be combined with a persona',
    ],
    ['a tau model without its persona', { persona: undefined }, true, 'sings with a persona only'],
  ])('%s ends it as BadInput, and nothing is sent', async (_, more, relay, words) => {
    const [at, sessionId] = [providers(), await record(more)];
    await expect(requestMusic({ sessionId }, deps(at, relay))).rejects.toMatchObject({
      name: 'BadInput',
      message: expect.stringContaining(words),
    });
    expect(at.asked).toEqual([]);
    expect(await table.store.requireSession(sessionId)).toMatchObject({
      create: { fence: 'none', calls: 0 },
    });
  });
});

describe('a relay that is taken away while music is under way', () => {
  it.each(['Check music', 'Copy audio'])(
    'ends %s, and what was paid stays known for a resume',
    async (state) => {
      const [at, sessionId] = [providers(), await record()];
      const going = await requestMusic({ sessionId }, deps(at));
      if (state === 'Copy audio') await checkMusic(going, deps(at));
      const before = await table.store.requireSession(sessionId);
      const providerOf = () => {
        throw new ChirpsmithError('NotPossible', 'No relay is configured in this stage.');
      };
      const gone = { ...deps(at), providerOf, download: async () => ({ trouble: '' }), keep: async () => {} };
      const left = state === 'Copy audio' ? copyAudio({ sessionId }, gone) : checkMusic(going, gone);
      await expect(left).rejects.toMatchObject({ name: 'NotPossible' });
      expect(await table.store.requireSession(sessionId)).toEqual(before);
      expect(before.create).toMatchObject({ taskId: at.taskId, calls: 1 });

      // As a resume begins it: nothing is asked for a second time.
      const again = await requestMusic({ sessionId }, deps(at));
      expect(await checkMusic(again, deps(at))).toMatchObject({ verdict: 'done' });
      expect(at.asked.filter(([, what]) => what === 'generate')).toHaveLength(1);
    },
  );
});

it("an answer that says nothing certain ends in a decision, with the relay's message for the decision", async () => {
  const at = providers(async () => {
    const message = 'generate: the provider answered 200, but the answer cannot be read: upstream timed out';
    throw new ProviderError('ProviderAnswerLost', { call: 'generate', message, taken: 'unknown' });
  });
  const sessionId = await record();
  const state = await requestMusic({ sessionId }, deps(at));
  await expect(checkMusic(state, deps(at))).rejects.toMatchObject({
    name: 'NeedsDecision',
    message: expect.stringContaining('upstream timed out'),
  });
  // Once more: the fence stands, and nobody is called.
  await expect(checkMusic(waiting(sessionId), deps(at))).rejects.toThrow('upstream timed out');
  expect(at.asked).toHaveLength(1);
});

it('a clip that the relay calls an error is waited for as long as the schedule says, and then reported by that word', async () => {
  const at = providers(undefined, { word: 'error' });
  const sessionId = await record();
  await checkMusic(await requestMusic({ sessionId }, deps(at)), deps(at));
  const copying = (waited: number) =>
    copyAudio(
      { sessionId, wait: 0, waited },
      { ...deps(at), download: () => Promise.reject(new Error('there is no link')), keep: async () => {} },
    );
  expect(await copying(0)).toMatchObject({ verdict: 'waiting', wait: 5 });
  await expect(copying(settings.schedules.audio.deadline)).rejects.toMatchObject({
    name: 'DeadlineExceeded',
    message: expect.stringContaining(
      `clip ${at.clipId}: The provider gives no link to the audio yet: it calls the clip "error"`,
    ),
  });
  expect((await table.store.requireSession(sessionId)).music?.clips).toEqual([
    { clipId: at.clipId, trouble: expect.stringContaining('"error"') },
  ]);
});
