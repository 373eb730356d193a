import { JitterType } from 'aws-cdk-lib/aws-stepfunctions';
import { describe, expect, test } from 'vitest';
import type * as z from 'zod';
import { throttledBurst } from '../../bench/scaling/burst.ts';
import { generator } from '../../bench/schedules/distributions.ts';
import { defaultSettings, type Settings, settingsSchema } from '../../functions/shared/settings.ts';
import { state as submitUpload } from '../../functions/workflow/submit-upload/state.ts';
import { requireBoundedHistory } from '../../infra/workflows/check-history-budget.ts';
import {
  batchRepetitions,
  largestBatchResult,
  largestBatchState,
  longestBatch,
  longestRun,
  plainEvents,
  repetitions,
  taskEvents,
  worstBatch,
  worstFile,
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
import { retryInLoop } from '../../infra/workflows/retry-policies.ts';

/** The same steps, none of them repeated. */
const never = <Steps extends object>(steps: Steps) =>
  Object.fromEntries(Object.keys(steps).map((step) => [step, 0])) as Record<keyof Steps, number>;

/** Loops that are over with their first check, two tracks, each call made once. */
const short: Settings = {
  ...defaultSettings,
  limits: { ...defaultSettings.limits, maxTracks: 2, prepareCalls: 1, uploadAttempts: 1, createCalls: 1 },
  schedules: {
    upload: { checks: [], every: 100, deadline: 1 },
    training: { checks: [], every: 100, deadline: 1 },
    music: { checks: [], every: 100, deadline: 1 },
    settle: { checks: [], every: 100, deadline: 0 },
    audio: { checks: [10], every: 10, deadline: 20 },
  },
};
/** Wait, check and question. */
const round = 2 + 5 + 2;

describe('the events of a run, counted by hand', () => {
  test('of a task are five when it succeeds at once, and three more for each repetition', () => {
    expect([taskEvents(0), taskEvents(1), taskEvents(4)]).toEqual([5, 8, 17]);
    expect(plainEvents).toBe(2);
  });

  test('of an upload that is checked at once, submitted again and throttled', () => {
    expect(worstUpload(short, never(repetitions))).toBe(5 + round + 5 + round);
  });

  test('of a create that is cut off after it was made, is checked at once, and once more', () => {
    expect(worstTraining(short, never(repetitions))).toBe(5 + 2 + round + round);
    expect(worstRequest(short, never(musicRepetitions))).toBe(5 + 2 + round + round);
  });

  test('of a training: its frame, three tasks, two questions, six of its Map and the create', () => {
    const tasks = 5 + 2 + 2 + 5 + 5;
    const create = worstTraining(short, never(repetitions));
    expect(worstHistory(short, never(repetitions))).toBe(4 + tasks + 2 + 6 + create);
  });

  test('of a slice: its frame, its Map and two tracks', () => {
    const track = 2 + worstUpload(short, never(repetitions)) + 2;
    expect(worstSlice(short, 2, never(repetitions))).toBe(4 + 4 + 2 * track);
  });

  test('of copying audio: at once, and until its deadline', () => {
    expect(worstKeeping(short, never(musicRepetitions))).toBe(3 * round);
  });

  test('of music: its frame, the call, the copies and the failure', () => {
    const call = worstRequest(short, never(musicRepetitions));
    expect(worstMusic(short, never(musicRepetitions))).toBe(6 + call + 3 * round + 5);
  });

  test('of one file of a batch: its frame, the look at it, the upload and how it went', () => {
    const upload = worstUpload(short, never(batchRepetitions));
    expect(worstFile(short, never(batchRepetitions))).toBe(4 + 5 + upload + 2);
  });

  test('of a batch: its frame, the preparation, six of its Map, the lists that it compares and the failure', () => {
    const settle = { checks: [10], every: 10, deadline: 20 };
    const listed = { ...short, schedules: { ...short.schedules, settle } };
    expect(worstBatch(listed, never(batchRepetitions))).toBe(4 + round + 6 + 3 * round + 5);
  });
});

describe('what a machine is given', () => {
  const at = (limits: Partial<Settings['limits']>, deadline: number): Settings => {
    const loop = { checks: [], every: 10, deadline };
    return {
      ...defaultSettings,
      limits: { ...defaultSettings.limits, ...limits },
      schedules: { ...defaultSettings.schedules, upload: loop, training: loop, music: loop, audio: loop },
    };
  };

  test('is twice the time of its loops, tracks in turns, and an hour', () => {
    expect(longestRun(at({ maxTracks: 24, concurrency: 5 }, 100))).toBe(2 * (5 * 100 + 100) + 3600);
    expect(longestRun(at({ maxTracks: 100, concurrency: 100 }, 100))).toBe(2 * (100 + 100) + 3600);
    // Two slices at once of 20 tracks: 100 of them come in three turns.
    expect(longestRun(at({ maxTracks: 100, concurrency: 41 }, 100))).toBe(2 * (3 * 100 + 100) + 3600);
    expect(longestBatch(at({ maxBatchFiles: 9, batchConcurrency: 4 }, 100))).toBe(2 * 3 * 100 + 3600);
    expect(longestMusic(at({}, 100))).toBe(2 * (100 + 100) + 3600);
    expect(longestBatch(at({ maxBatchFiles: 20_000, batchConcurrency: 1 }, 900))).toBe(365 * 24 * 3600);
  });

  test('of the files of a batch is an id each, in quotes, with a comma', () => {
    const settings = at({ maxBatchFiles: 3 }, 100);
    expect(largestBatchState(settings)).toBe('"00001","00002","00003",'.length + 512);
    expect(largestBatchResult(settings)).toBe('[{},{},{},]'.length);
  });
});

test.each<[string, z.input<typeof settingsSchema>, (settings: Settings) => number, string]>([
  [
    'a training',
    { schedules: { training: { checks: [1], every: 1, deadline: 3000 } } },
    worstHistory,
    'settings.limits.prepareCalls, settings.limits.createCalls or settings.schedules.training.deadline, or check less often (settings.schedules.training and settings.schedules.settle).',
  ],
  [
    'the upload of one file',
    { schedules: { upload: { checks: [1], every: 1, deadline: 3000 } } },
    worstFile,
    'settings.limits.uploadAttempts or settings.schedules.upload.deadline, or check less often (settings.schedules.upload).',
  ],
  [
    'a batch',
    {
      limits: { maxTracks: 6 },
      schedules: {
        training: { checks: [100], every: 20, deadline: 300 },
        settle: { checks: [1], every: 1, deadline: 3000 },
      },
    },
    worstBatch,
    'settings.limits.prepareCalls or settings.schedules.settle.deadline, or check less often (settings.schedules.settle).',
  ],
  [
    'a piece of music',
    { schedules: { audio: { checks: [1], every: 1, deadline: 2000 } } },
    worstMusic,
    'settings.limits.createCalls, settings.schedules.music.deadline or settings.schedules.audio.deadline, or check less often (settings.schedules.music and settings.schedules.audio).',
  ],
])(
  'settings under which %s could have too many events are refused with the number, and what to lower',
  (what, given, worst, lower) => {
    const settings = settingsSchema.parse(given);
    expect(() => requireBoundedHistory(settings)).toThrow(
      `settings: ${what} could reach ${worst(settings)} events, and Step Functions ends it at 25000. Lower ${lower}`,
    );
  },
);

test('a step in a loop is repeated often enough for 200 sessions of 24 tracks that submit together', () => {
  const [policy] = retryInLoop;
  const { reservedConcurrency = 0 } = submitUpload.lambda;
  if (!policy) throw new Error('It has a policy.');
  const burst = (random: () => number) =>
    throttledBurst(200 * 24, { atOnce: reservedConcurrency, seconds: 0.5, policy, random });
  expect(burst(generator(1)).gaveUp).toBeLessThan(5);
  const twice = { ...policy, backoffRate: 9, maxAttempts: 2, jitterStrategy: JitterType.NONE };
  const { gaveUp } = throttledBurst(4800, {
    atOnce: 100,
    seconds: 0.5,
    policy: twice,
    random: generator(1),
  });
  expect(gaveUp).toBeGreaterThan(3000);
});
