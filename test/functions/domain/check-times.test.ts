import { describe, expect, it } from 'vitest';
import { trainingTimes, uploadTimes } from '../../../functions/domain/check-times.ts';
import type { Track } from '../../../functions/domain/session.ts';
import { checksFor } from '../../../functions/shared/schedule.ts';
import { defaultSettings, type Settings } from '../../../functions/shared/settings.ts';
import { sessionOf, settings } from '../../../test-support/session-records.ts';

const tracksWith = (count: number, track: (index: number) => Partial<Track>) =>
  sessionOf({ sessionId: 's', count, track }).tracks;
const { upload, training } = defaultSettings.schedules;
const withUpload = (changed: Partial<Settings['schedules']['upload']>): Settings => ({
  ...settings,
  schedules: { ...settings.schedules, upload: { ...upload, ...changed } },
});

describe("the checks of a session's uploads", () => {
  it('are for the last of the tracks that are still to come', () => {
    const some = (index: number) =>
      index < 6 ? { status: 'declared' as const } : { status: 'done' as const };
    expect(uploadTimes(tracksWith(24, some), settings)).toEqual({ upload: checksFor(upload, 6) });
    const all = tracksWith(24, (index) => ({ status: index % 2 ? 'submitted' : 'submitting' }));
    expect(uploadTimes(all, settings)).toEqual({ upload: checksFor(upload, 24) });
  });

  it('are the schedule of the settings where that has no rows, and where no track is to come', () => {
    const declared = tracksWith(24, () => ({ status: 'declared' }));
    expect(uploadTimes(declared, withUpload({ byTracks: undefined }))).toEqual({});
    expect(
      uploadTimes(
        tracksWith(24, () => ({ status: 'done' })),
        settings,
      ),
    ).toEqual({});
  });
});

describe('the checks of a training', () => {
  const timesAfter = (seconds: readonly (number | undefined)[], using = settings) =>
    trainingTimes(
      tracksWith(seconds.length, (index) => ({ providerSeconds: seconds[index] })),
      using,
    ).training;

  it('begin in half of the time after uploads that took half of theirs, and then follow the schedule', () => {
    const times = timesAfter([8, 10, 12, 9, 11, 10]) ?? [];
    expect(times.slice(0, 3)).toEqual([63, 65, 67]);
    expect(times.filter((at) => at > 90)).toEqual(training.checks);
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
  });

  it.each<[string, (number | undefined)[]]>([
    ['as long as usual', [20, 18, 25, 21, 19, 30]],
    ['longer', [40, 50, 45]],
    ['half as long, but only two of them', [10, 10, undefined, undefined]],
    ['an unknown time', [undefined, undefined, undefined]],
  ])('are by the schedule after uploads that took %s', (_, seconds) => {
    expect(timesAfter(seconds)).toBeUndefined();
  });

  it('are by the schedule where the settings do not say what is usual', () => {
    expect(timesAfter([10, 10, 10], withUpload({ usual: undefined }))).toBeUndefined();
  });

  it("compare in the schedule's seconds, where those run faster than the provider's", () => {
    expect(timesAfter([1, 1, 1], { ...settings, timeScale: 20 })).toBeUndefined();
    expect(timesAfter([0.5, 0.5, 0.5], { ...settings, timeScale: 20 })?.[0]).toBe(63);
  });
});
