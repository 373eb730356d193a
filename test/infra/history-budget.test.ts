import { describe, expect, test } from 'vitest';
import type * as z from 'zod';
import { newSession, newTrack } from '../../functions/domain/new-session.ts';
import type { Session } from '../../functions/domain/session.ts';
import { type Provider, ProviderError } from '../../functions/provider/provider.ts';
import { ChirpsmithError } from '../../functions/shared/errors.ts';
import { checksFor, earliestChecks } from '../../functions/shared/schedule.ts';
import { defaultSettings, type Settings, settingsSchema } from '../../functions/shared/settings.ts';
import type { MusicState, trainingState } from '../../functions/shared/state-contracts.ts';
import { checkMusic } from '../../functions/workflow/check-music/check-music.ts';
import { checkTraining } from '../../functions/workflow/check-training/check-training.ts';
import { checkUpload } from '../../functions/workflow/check-upload/check-upload.ts';
import { copyAudio } from '../../functions/workflow/copy-audio/copy-audio.ts';
import { createModel } from '../../functions/workflow/create-model/create-model.ts';
import { requestMusic } from '../../functions/workflow/request-music/request-music.ts';
import { submitUpload } from '../../functions/workflow/submit-upload/submit-upload.ts';
import { definitionsOf } from '../../infra/asl-definitions.ts';
import { requireBoundedHistory } from '../../infra/workflows/check-history-budget.ts';
import {
  historyQuota,
  longestRun,
  plainEvents,
  repetitions,
  slicesOf,
  taskEvents,
  worstHistory,
  worstSlice,
  worstTraining,
  worstUpload,
} from '../../infra/workflows/history-budget.ts';
import {
  longestMusic,
  musicRepetitions,
  worstKeeping,
  worstMusic,
  worstRequest,
} from '../../infra/workflows/music-history-budget.ts';
import { reachesAudio, scriptedProvider, statusAs, statusOf } from '../scripted-provider.ts';
import { stateOf } from './definition.ts';
import { inMemoryStore } from './in-memory-store.ts';
import { configured, synthesized } from './synthesized.ts';

const now = () => '2026-11-21T03:00:00.000Z';
const sessionId = 's'.repeat(64);
const trackId = 't'.repeat(64);

/** Numbers in [0, 1) that are the same at every run (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A provider that is as unhelpful as it likes, in proportions that differ from one to the next. */
function adversary(random: () => number): Provider {
  const [refuses, loses, fails] = [random(), random() ** 2, random() ** 3];
  const submit = async () => {
    const roll = random();
    const call = 'upload';
    if (roll < refuses) throw new ProviderError('ProviderThrottled', { call, message: '429', taken: 'no' });
    if (roll < refuses + (1 - refuses) * loses) {
      throw new ProviderError('ProviderAnswerLost', { call, message: 'reset', taken: 'unknown' });
    }
    return { taskId: 'task' };
  };
  return {
    ...scriptedProvider({}).provider,
    prepare: async () => ({ sessionId: 'provider' }),
    upload: submit,
    create: submit,
    openBatch: async () => ({ sessionId: 'provider' }),
    addToBatch: submit,
    generate: submit,
    status: async (_, kind) =>
      statusAs(kind, random() < fails ? statusOf('failed', { failReason: 'busy' }) : statusOf('running')),
  };
}

function depsOf(settings: Settings, random: () => number, more: Partial<Session> = {}) {
  const given = {
    sessionId,
    owner: 'ana',
    startedBy: 'api',
    name: 'n',
    skipInvalid: false,
  } as const;
  const going = { status: 'uploading', providerSessionId: 'provider' } as const;
  const session = { ...newSession(given, settings, now()), ...going, ...more };
  const source = { bucket: 'audio', key: 'key' };
  const track = newTrack({ sessionId, trackId, file: 'song.mp3', source }, settings);
  const provider = adversary(random);
  return {
    store: inMemoryStore(session, track),
    provider,
    providerOf: () => provider,
    relay: { set: 'relayBaseUrl' },
    downloads: { get: async () => 'https://example.com/audio' },
    find: async <T>(source: T) => source,
    audioWay: reachesAudio,
    settings,
    now,
    random,
  };
}

const round = plainEvents + taskEvents(repetitions.checkUpload) + plainEvents;

/** Events of one track's run, every task failing as often as it is repeated. */
async function runUpload(settings: Settings, random: () => number): Promise<number> {
  const { upload } = settings.schedules;
  // As the settings have it for so many tracks, or as early as may be learned.
  const own = random() < 0.5 ? checksFor(upload, settings.limits.maxTracks) : earliestChecks.upload;
  const checkTimes = { upload: [...own] };
  const deps = depsOf(settings, random, { checkTimes });
  let state = await submitUpload({ sessionId, trackId }, deps);
  for (let events = taskEvents(repetitions.submitUpload); ; ) {
    state = await checkUpload(state, deps);
    events += round;
    if (state.verdict === 'done' || state.verdict === 'failed') return events;
    if (state.verdict === 'waiting') continue;
    state = await submitUpload(state, deps);
    events += taskEvents(repetitions.submitUpload);
  }
}

/** Events of one training's run; create is cut off now and then, before or after its work. */
async function runTraining(settings: Settings, random: () => number): Promise<number> {
  const deps = depsOf({ ...settings, limits: { ...settings.limits, minClips: 0 } }, random);
  const cutOff = random() ** 2;
  const begin = {
    sessionId,
    wait: 0,
    waited: 0,
    total: 0,
    checks: 0,
    refusals: 0,
    verdict: 'again',
  } as const;
  let events = 0;
  const create = async (state: typeof trainingState._output) => {
    events += taskEvents(0);
    // As the machine's `Answer lost` puts it.
    const lost = { ...state, wait: 5, waited: 0, refusals: state.refusals + 1, verdict: 'waiting' } as const;
    const roll = random();
    if (roll > cutOff) return createModel(state, deps);
    events += plainEvents;
    if (roll > cutOff / 2) await createModel(state, deps);
    return lost;
  };
  try {
    let state = await create(begin);
    for (;;) {
      events += round;
      state = await checkTraining(state, { ...deps, models: { register: async () => {} } });
      if (state.verdict === 'again') state = await create(state);
    }
  } catch (error) {
    if (error instanceof ChirpsmithError && error.name !== 'Unexpected') return events;
    throw error;
  }
}

/** Events of the call for music and its checks; the call is cut off now and then, before or after its work. */
async function runRequest(settings: Settings, random: () => number): Promise<number> {
  const deps = depsOf(settings, random, {
    kind: 'music',
    music: {
      dialect: 'mountsea',
      model: 'chirp-v55',
      prompt: 'rain',
      tags: '',
      instrumental: false,
      clips: [],
    },
  });
  const cutOff = random() ** 2;
  let events = 0;
  const call = async (state: MusicState) => {
    events += taskEvents(musicRepetitions.requestMusic);
    // As the machine's `Answer lost` puts it.
    const lost = { ...state, wait: 5, waited: 0, refusals: state.refusals + 1, verdict: 'waiting' } as const;
    const roll = random();
    if (roll > cutOff) return requestMusic(state, deps);
    events += plainEvents;
    if (roll > cutOff / 2) await requestMusic(state, deps);
    return lost;
  };
  try {
    const start = {
      sessionId,
      wait: 0,
      waited: 0,
      total: 0,
      checks: 0,
      refusals: 0,
      verdict: 'again',
    } as const;
    let state = await call(start);
    for (;;) {
      events += round;
      state = await checkMusic(state, deps);
      if (state.verdict === 'again') state = await call(state);
    }
  } catch (error) {
    if (error instanceof ChirpsmithError && error.name !== 'Unexpected') return events;
    throw error;
  }
}

/** Events of copying audio that never can be had. */
async function runKeeping(settings: Settings): Promise<number> {
  const music = {
    ...({ dialect: 'mountsea', model: 'm', prompt: 'p', tags: '', instrumental: false } as const),
    clips: [{ clipId: 'clip' }],
  };
  const create = { fence: 'ready' as const, calls: 1, earlier: [], checks: 1, taskId: 'task' };
  const deps = {
    ...depsOf(settings, () => 1, { kind: 'music', status: 'copying', music, create }),
    download: async () => ({ trouble: '403' }),
    keep: async () => {},
  };
  let events = 0;
  try {
    let state = await copyAudio({ sessionId }, deps);
    for (;;) {
      events += round;
      state = await copyAudio(state, deps);
    }
  } catch (error) {
    if (error instanceof ChirpsmithError && error.name === 'DeadlineExceeded') return events + round;
    throw error;
  }
}

describe('the longest history', () => {
  const definitions = definitionsOf(synthesized(configured()).app);
  const repeatedIn = (machine: string) => (name: string) =>
    (stateOf(definitions.get(`chirpsmith-local-${machine}`), name).Retry ?? []).reduce(
      (sum, { MaxAttempts }) => sum + MaxAttempts,
      0,
    );
  const repeated = repeatedIn('train-model');

  test('is computed from as many repetitions as the machine has', () => {
    expect(repetitions).toEqual({
      prepare: repeated('Prepare session'),
      submitUpload: repeated('Submit upload'),
      checkUpload: repeated('Check upload'),
      enoughClips: repeated('Enough clips?'),
      createModel: repeated('Create model'),
      checkTraining: repeated('Check training'),
      recordFailure: repeated('Record failure'),
    });
  });

  test('stays under the 25,000 events at which the service ends an execution, for every permitted number of tracks', () => {
    expect(historyQuota).toBe(25_000);
    expect(worstHistory(defaultSettings)).toBeLessThan(25_000);
    for (let maxTracks = 6; maxTracks <= 100; maxTracks++) {
      for (const concurrency of [1, 6, 24, 39, 40, 41, 99, 100]) {
        const settings = settingsSchema.parse({ limits: { maxTracks, concurrency } });
        const { tracks, tracksAtOnce, slicesAtOnce } = slicesOf(settings);
        expect(worstSlice(settings, tracks)).toBeLessThan(25_000);
        expect(tracksAtOnce).toBeLessThanOrEqual(Math.min(tracks, 40));
        // As many at once as the settings say, to the track where all go at once, and never more.
        const atOnce = Math.min(tracksAtOnce * slicesAtOnce, maxTracks);
        expect(atOnce).toBeLessThanOrEqual(concurrency);
        expect(atOnce).toBeGreaterThan(Math.min(concurrency, maxTracks) - slicesAtOnce);
        if (concurrency >= maxTracks) expect(atOnce).toBe(maxTracks);
      }
    }
    expect(() => settingsSchema.parse({ limits: { maxTracks: 101 } })).toThrow('maxTracks');
  });

  test("has the moments of the number of tracks whose uploads may be checked most often, be it the settings' largest or not", () => {
    const upload = { ...defaultSettings.schedules.upload, learn: false };
    const seldom = { tracks: 100, checks: [60] };
    const often = { tracks: 40, checks: [10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60] };
    const worst = (...byTracks: (typeof seldom)[]) =>
      worstUpload({
        ...defaultSettings,
        schedules: { ...defaultSettings.schedules, upload: { ...upload, byTracks } },
      });
    expect(worst(often, seldom)).toBe(worst(often));
    expect(worst(often, seldom)).toBeGreaterThan(worst(seldom));
    expect(slicesOf(defaultSettings).tracks).toBe(17);
  });

  test('has smaller slices under a schedule that asks more often, and the steps repeated more often fit no more', () => {
    const often = settingsSchema.parse({
      limits: { concurrency: 100 },
      schedules: { upload: { checks: [30], every: 5, deadline: 600 } },
    });
    expect(slicesOf(often).tracks).toBeLessThan(slicesOf(defaultSettings).tracks);
    expect(worstSlice(often, slicesOf(often).tracks)).toBeLessThan(25_000);
    const { submitUpload, checkUpload } = repetitions;
    const more = { ...repetitions, submitUpload: submitUpload + 1, checkUpload: checkUpload + 1 };
    expect(worstSlice(defaultSettings, slicesOf(defaultSettings).tracks, more)).toBeGreaterThan(25_000);
  });

  test('no run of the real upload functions has more events, for every answer of the provider', async () => {
    const bound = worstUpload(defaultSettings);
    let most = 0;
    for (let seed = 0; seed < 1500; seed++)
      most = Math.max(most, await runUpload(defaultSettings, randomFrom(seed)));
    expect(most).toBeLessThanOrEqual(bound);
    // The bound is near what really happens, so that it forbids nothing that would be safe.
    expect(most).toBeGreaterThan(bound * 0.68);
  });

  test('no run of the real training functions has more events, wherever create is cut off', async () => {
    const bound = worstTraining(defaultSettings);
    let most = 0;
    for (let seed = 0; seed < 500; seed++)
      most = Math.max(most, await runTraining(defaultSettings, randomFrom(seed)));
    expect(most).toBeLessThanOrEqual(bound);
    expect(most).toBeGreaterThan(bound * 0.75);
  });

  test('of music is computed from as many repetitions as the machine has, and stays far below the quota', () => {
    const repeated = repeatedIn('generate-music');
    expect(musicRepetitions).toEqual({
      requestMusic: repeated('Request music'),
      checkMusic: repeated('Check music'),
      copyAudio: repeated('Copy audio'),
      recordFailure: repeated('Record failure'),
    });
    expect(worstMusic(defaultSettings)).toBeLessThan(historyQuota / 4);
  });

  test('no run of the real functions of music has more events, wherever the call is cut off', async () => {
    const bound = worstRequest(defaultSettings);
    let most = 0;
    for (let seed = 0; seed < 300; seed++)
      most = Math.max(most, await runRequest(defaultSettings, randomFrom(seed)));
    expect(most).toBeLessThanOrEqual(bound);
    expect(most).toBeGreaterThan(bound * 0.75);
    expect(await runKeeping(defaultSettings)).toBe(worstKeeping(defaultSettings));
  });

  test.each<[string, z.input<typeof settingsSchema>, RegExp]>([
    [
      'a batch',
      {
        limits: { maxTracks: 6 },
        schedules: {
          training: { checks: [100], every: 20, deadline: 300 },
          settle: { checks: [1], every: 1, deadline: 3000 },
        },
      },
      /settings\.schedules\.settle/,
    ],
    [
      'a piece of music',
      { schedules: { audio: { checks: [1], every: 1, deadline: 2000 } } },
      /settings\.schedules\.audio/,
    ],
  ])(
    'settings under which %s would have more are refused, and the message says what to lower',
    (_, settings, what) => {
      expect(() => requireBoundedHistory(settingsSchema.parse(settings))).toThrow(what);
    },
  );

  test('settings that would allow more are refused at synth, and the message says what to lower', () => {
    const settings = { schedules: { upload: { checks: [1], every: 1, deadline: 3000 } } };
    expect(() => requireBoundedHistory(settingsSchema.parse(settings))).toThrow(
      /the upload of one file could reach \d+ events.*25000.*settings\.schedules\.upload/,
    );
    expect(() => synthesized(configured({ settings }))).toThrow(/settings\.schedules\.upload/);
    const spaced = { schedules: { upload: { checks: [30, 60], every: 60, deadline: 1800 } } };
    expect(() => requireBoundedHistory(settingsSchema.parse(spaced))).not.toThrow();
  });

  test("the machine's own timeout comes after all deadlines", () => {
    const { upload, training } = defaultSettings.schedules;
    expect(longestRun(defaultSettings)).toBeGreaterThan(4 * upload.deadline + training.deadline + 3600);
    const { music, audio } = defaultSettings.schedules;
    expect(longestMusic(defaultSettings)).toBeGreaterThan(music.deadline + audio.deadline + 3600);
  });
});
