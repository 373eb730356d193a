import { describe, expect, it } from 'vitest';
import { backoffDelay, firstWait, nextWait, scheduleSchema } from '../../../functions/shared/schedule.ts';
import { defaultSettings, settingsSchema } from '../../../functions/shared/settings.ts';

const { upload, training } = defaultSettings.schedules;

/** The moments at which a task is checked that never ends. */
function moments(schedule: typeof upload, jitter: number, until: number): number[] {
  const found = [firstWait(schedule, jitter)];
  for (let at = found[0] ?? 0; at < until; found.push(at)) at += nextWait(schedule, at);
  return found;
}

describe('a schedule', () => {
  it('is followed to the second, then at its distances', () => {
    expect(moments(upload, 0.5, 230)).toEqual([
      12, 18, 25, 33, 42, 52, 64, 78, 93, 108, 123, 138, 153, 168, 183, 198, 213, 233,
    ]);
    expect(moments(training, 0.5, 250).slice(-4)).toEqual([229, 237, 245, 265]);
  });

  it.each([
    [0, 11],
    [0.999, 13],
  ])('moves the first check by at most 10 %% (%s: %s s), and makes it once', (random, first) => {
    expect(moments(upload, random, 20)).toEqual([first, 18, 25]);
  });

  it('never checks sooner than 10 % before the first moment, for every random number', () => {
    for (let random = 0; random < 1; random += 0.01) {
      expect(firstWait(upload, random)).toBeGreaterThanOrEqual(10.8);
      expect(firstWait(training, random)).toBeGreaterThanOrEqual(90);
    }
  });

  it('gives the first moment to a task whose wait was cut short', () => {
    expect(nextWait(training, 5)).toBe(95);
    expect(nextWait(upload, 0)).toBe(12);
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
