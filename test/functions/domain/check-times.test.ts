import { describe, expect, it } from 'vitest';
import type { SeenLately } from '../../../functions/domain/check-times.ts';
import { checkTimesOf, seenUploads, trainingTimes } from '../../../functions/domain/check-times.ts';
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

const now = '2026-11-27T08:00:00.000Z';
const nothing: SeenLately = { upload: [], training: [] };
const timesOf = (tracks: readonly Track[], lately = nothing, using = settings) =>
  checkTimesOf(tracks, lately, using, now);

describe('the checks of a run, where tasks of the provider were seen lately', () => {
  const declared = tracksWith(6, () => ({ status: 'declared' }));
  const lately = (count: number, day = '2026-11-27'): SeenLately => ({
    upload: [{ day, seen: Array.from({ length: count }, (_, index) => 100 + index) }],
    training: [{ day, seen: Array.from({ length: count }, (_, index) => 290 + index) }],
  });

  it('are learned from ten of a kind, and say from how many', () => {
    const { upload: uploads = [], training: trainings = [], learnedFrom } = timesOf(declared, lately(10));
    expect(learnedFrom).toEqual({ upload: 10, training: 10 });
    expect(uploads.find((at) => at > 80)).toBeLessThan(112);
    expect(trainings.find((at) => at > 200)).toBeLessThan(302);
  });

  it('are by the settings after nine, and where the schedule is not to be learned', () => {
    expect(timesOf(declared, lately(9))).toEqual({ upload: checksFor(upload, 6) });
    const own = withUpload({ learn: undefined });
    expect(timesOf(declared, lately(10), own)).toMatchObject({
      ...{ upload: checksFor(upload, 6), learnedFrom: { training: 10 } },
    });
  });

  it("are in the schedule's seconds, where those run faster than the provider's", () => {
    const { training: trainings = [] } = timesOf(declared, lately(10), { ...settings, timeScale: 2 });
    expect(trainings.find((at) => at > 300)).toBeGreaterThan(560);
  });
});

describe('the lengths of uploads that a run has seen', () => {
  it('are those of its own tracks that are done: by the provider, else between two checks', () => {
    const done = { status: 'done', run: 2 } as const;
    const tracks = [
      { ...done, providerSeconds: 21 },
      { ...done, endedBetween: [26, 36] as [number, number] },
      done,
      { ...done, run: 1, providerSeconds: 22 },
      { ...done, status: 'failed' as const, providerSeconds: 23 },
    ];
    expect(
      seenUploads(
        tracksWith(5, (index) => tracks[index] ?? {}),
        2,
      ),
    ).toEqual([21, [26, 36]]);
  });
});

describe("the checks of a session's uploads", () => {
  it('are for the last of the tracks that are still to come', () => {
    const some = (index: number) =>
      index < 6 ? { status: 'declared' as const } : { status: 'done' as const };
    expect(timesOf(tracksWith(24, some))).toEqual({ upload: checksFor(upload, 6) });
    const all = tracksWith(24, (index) => ({ status: index % 2 ? 'submitted' : 'submitting' }));
    expect(timesOf(all)).toEqual({ upload: checksFor(upload, 24) });
  });

  it('are the schedule of the settings where that has no rows, and where no track is to come', () => {
    const declared = tracksWith(24, () => ({ status: 'declared' }));
    expect(timesOf(declared, nothing, withUpload({ byTracks: undefined }))).toEqual({});
    expect(timesOf(tracksWith(24, () => ({ status: 'done' })))).toEqual({});
  });
});

describe('the checks of a training', () => {
  const timesAfter = (
    seconds: readonly (number | undefined)[],
    using = settings,
    planned?: { training: number[] },
  ) =>
    trainingTimes(
      tracksWith(seconds.length, (index) => ({ providerSeconds: seconds[index] })),
      planned,
      using,
    ).training;

  it('begin in half of the time after uploads that took half of theirs, and then follow the schedule', () => {
    const times = timesAfter([8, 10, 12, 9, 11, 10]) ?? [];
    const half = Math.floor((training.checks[0] ?? 0) / 2);
    expect(times.slice(0, 3)).toEqual([half, half + 2, half + 4]);
    expect(times.slice(-training.checks.length)).toEqual(training.checks);
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

  it('are as they were learned, where they were', () => {
    expect(timesAfter([10, 10, 10], settings, { training: [200] })).toBeUndefined();
  });

  it('are by the schedule where the settings do not say what is usual', () => {
    expect(timesAfter([10, 10, 10], withUpload({ usual: undefined }))).toBeUndefined();
  });

  it("compare in the schedule's seconds, where those run faster than the provider's", () => {
    expect(timesAfter([1, 1, 1], { ...settings, timeScale: 20 })).toBeUndefined();
    expect(timesAfter([0.5, 0.5, 0.5], { ...settings, timeScale: 20 })?.[0]).toBeLessThan(70);
  });
});
