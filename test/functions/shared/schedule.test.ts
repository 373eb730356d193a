import { describe, expect, it } from 'vitest';
import {
  backoffDelay,
  checksFor,
  firstWait,
  nextWait,
  scheduleSchema,
} from '../../../functions/shared/schedule.ts';
import { defaultSettings, settingsSchema } from '../../../functions/shared/settings.ts';

const { upload } = defaultSettings.schedules;
/** Not the defaults, which are computed. */
const training = {
  checks: [127, 134, 140, 146, 180],
  every: 8,
  later: { after: 240, every: 20 },
  deadline: 1800,
};

/** The moments at which a task is checked that never ends. */
function moments(schedule: typeof upload, jitter: number, until: number): number[] {
  const found = [firstWait(schedule, jitter)];
  for (let at = found[0] ?? 0; at < until; found.push(at)) at += nextWait(schedule, at);
  return found;
}

describe('a schedule', () => {
  it('is followed to the second, then at its distances', () => {
    expect(moments(upload, 0.5, 230)).toEqual([17, 25, 33, 41, 49, 57, 65, 73, 81, 96, 111, 151, 191, 231]);
    expect(moments(training, 0.5, 250).slice(-4)).toEqual([228, 236, 244, 264]);
  });

  it.each([
    [0, 125],
    [0.999, 130],
  ])('moves the first check by at most 2 %% (%s: %s s), and makes it once', (random, first) => {
    expect(moments(training, random, 140)).toEqual([first, 134, 140]);
  });

  it('moves the first check by no more than half of the way to the second', () => {
    const close = { ...training, checks: [127, 129, 131] };
    expect(moments(close, 0, 129)).toEqual([126, 129]);
    expect(moments(close, 0.999, 129)).toEqual([128, 129]);
  });

  it('never checks sooner than 2 % before the first moment, for every random number', () => {
    for (let random = 0; random < 1; random += 0.01) {
      expect(firstWait(upload, random)).toBeGreaterThanOrEqual(16.66);
      expect(firstWait(training, random)).toBeGreaterThanOrEqual(124.46);
    }
  });

  it('has moments for the last of so many tracks: the first row with as many, or the last row', () => {
    const byTracks = [6, 9, 24].map((tracks) => ({ tracks, checks: [20 + tracks] }));
    const rows = { ...upload, byTracks };
    expect(checksFor(rows, 1)).toEqual(upload.checks);
    expect([2, 6, 7, 9, 24, 25].map((tracks) => checksFor(rows, tracks)[0])).toEqual([
      26, 26, 29, 29, 44, 44,
    ]);
    const own = { checks: [7], every: 5, deadline: 60 };
    expect(checksFor(own, 24)).toEqual([7]);
  });

  it('refuses rows of tracks that do not ascend', () => {
    const rows = [24, 6].map((tracks) => ({ tracks, checks: [5] }));
    expect(scheduleSchema.safeParse({ checks: [5], byTracks: rows, every: 1, deadline: 9 }).success).toBe(
      false,
    );
  });

  it('gives the first moment to a task whose wait was cut short', () => {
    expect(nextWait(training, 5)).toBe(122);
    expect(nextWait(upload, 0)).toBe(17);
  });

  it('refuses moments that do not ascend', () => {
    expect(scheduleSchema.safeParse({ checks: [5, 5], every: 1, deadline: 9 }).success).toBe(false);
  });
});

describe('after a refusal', () => {
  it.each([
    [1, undefined, 10],
    [2, undefined, 20],
    [3, undefined, 40],
    [4, undefined, 60],
    [9, undefined, 60],
    [1, 25, 25],
    [4, 25, 60],
    [1, 0.2, 10],
  ])('number %s with Retry-After %s, it waits %s s', (refusals, retryAfter, seconds) => {
    expect(backoffDelay(refusals, retryAfter)).toBe(seconds);
  });
});

describe('the settings', () => {
  it('have a default for everything, and know every field by name', () => {
    expect(settingsSchema.parse({})).toEqual(defaultSettings);
    const typo = settingsSchema.safeParse({ limits: { minClip: 7 } });
    expect(typo.error?.issues).toMatchObject([{ code: 'unrecognized_keys', keys: ['minClip'] }]);
  });

  it.each([
    [{ limits: { minClips: 5 } }, ['limits', 'minClips']],
    [{ schedules: { upload: { checks: [], every: 1, deadline: 1 } } }, ['schedules', 'upload', 'checks']],
    [{ retentionDays: 0 }, ['retentionDays']],
  ])('refuse %j, naming the field', (given, path) => {
    expect(settingsSchema.safeParse(given).error?.issues[0]?.path).toEqual(path);
  });
});
