import { describe, expect, it, test } from 'vitest';
import { assumed } from '../../bench/schedules/assumed.ts';
import { simulateCrowd } from '../../bench/schedules/crowd.ts';
import { defaultChecks } from '../../bench/schedules/defaults.ts';
import { generator, logNormal, mixed, stretched, uniform } from '../../bench/schedules/distributions.ts';
import { expectedOf } from '../../bench/schedules/expected.ts';
import {
  defaultCost,
  learnedRatio,
  learningCases,
  leastCost,
  ratioAfterShift,
} from '../../bench/schedules/learning.ts';
import { before, learned, ours } from '../../bench/schedules/ours.ts';
import { otherPollers, type Waits } from '../../bench/schedules/pollers.ts';
import { usedOf } from '../../bench/schedules/search.ts';
import { poll, simulateSessions, statesEntered, summaryOf } from '../../bench/schedules/simulate.ts';
import { mostSeen } from '../../functions/domain/durations.ts';
import { planChecks } from '../../functions/shared/plan-checks.ts';
import { checksFor } from '../../functions/shared/schedule.ts';
import { defaultSettings } from '../../functions/shared/settings.ts';

describe('the default schedules', () => {
  test('are what the script computes from the assumed lengths and prices', () => {
    const { upload, training } = defaultSettings.schedules;
    const computed = defaultChecks();
    expect(upload.checks).toEqual(computed.batch);
    expect(upload.byTracks).toEqual(computed.upload);
    expect(training.checks).toEqual(computed.training);
  });

  const { upload, training } = defaultSettings.schedules;
  const listsOf = (tracks: number) => ({ upload: checksFor(upload, tracks), training: training.checks });
  const rows = (upload.byTracks ?? []).map(({ tracks }) => tracks);
  const ends = rows.flatMap((tracks, index) => [(rows[index - 1] ?? 5) + 1, tracks]);

  test('keep the goals for time and calls at the first and the last number of tracks that each row serves', () => {
    expect(ends.at(-1)).toBe(100);
    for (const tracks of new Set(ends)) {
      expect(usedOf(listsOf(tracks), tracks).most, `${tracks} tracks`).toBeLessThan(1);
    }
  });

  test.each([
    [6, 18, 75],
    [12, 26, 115],
    [24, 40, 180],
    [100, 145, 690],
  ])(
    'make %s tracks, for %s status calls and %s transitions, take at most 3 in 100 longer, and 8 where all takes half or twice as long',
    (tracks, most, transitions) => {
      const [usual, ...others] = [1, 0.5, 2].map((factor) => expectedOf(listsOf(tracks), { tracks, factor }));
      expect(usual?.beyond).toBeLessThan(0.03);
      expect(usual?.calls).toBeLessThan(most);
      expect(statesEntered(tracks, usual?.calls ?? 0)).toBeLessThan(transitions);
      for (const other of others) expect(other.beyond).toBeLessThan(0.08);
    },
  );

  test('come to as much by their distributions as in a simulation', () => {
    for (const factor of [0.5, 1]) {
      const lengths = {
        upload: stretched(factor, assumed.upload),
        training: stretched(factor, assumed.training),
      };
      const { beyond, calls } = simulateSessions(ours('ours'), 12, { sessions: 2000, seed: 1, lengths });
      const expected = expectedOf(listsOf(12), { tracks: 12, factor });
      expect(Math.abs(beyond.mean - expected.beyond)).toBeLessThan(0.002);
      expect(Math.abs(calls.mean - expected.calls)).toBeLessThan(0.3);
    }
  });
});

describe('learned schedules', () => {
  const run = { runs: 40, seed: 11 };

  it.each(learningCases.map(({ kind, lengths }) => [lengths.name, kind, lengths] as const))(
    'cost little more than the best ones: %s',
    (_, kind, lengths) => {
      const isMixture = lengths.name.startsWith('80 %');
      const defaults = defaultCost(kind, lengths) / leastCost(lengths);
      const [ten, thirty] = [10, 30].map((count) => learnedRatio(kind, lengths, count, run));
      if (!isMixture) expect(ten).toBeLessThan(1.1);
      expect(thirty).toBeLessThan(isMixture ? 1.1 : 1.05);
      expect(ten).toBeLessThan(1.1 * defaults);
      expect(thirty).toBeLessThan(1.1 * defaults);
    },
  );

  it('are the best again sixty observations after a change, and better than the defaults on the way', () => {
    const [before, after] = [uniform(120, 180), uniform(240, 360)];
    const at = (count: number) =>
      ratioAfterShift('training', [before, after], count, { ...run, most: mostSeen });
    const defaults = defaultCost('training', after) / leastCost(after);
    expect(at(60)).toBeLessThan(1.1);
    expect(Math.max(...[10, 20, 30, 45].map(at))).toBeLessThan(defaults);
  });

  it.each([[6], [12], [24], [100]])(
    'make %s tracks take at most 2.5 in 100 longer after sixty observations and 2.8 after ten, for as many calls as by the defaults',
    (tracks) => {
      const draws = { sessions: 1000, seed: 5 };
      const defaults = simulateSessions(ours('defaults'), tracks, draws).calls.mean;
      for (const [seen, most] of [
        [60, 0.025],
        [10, 0.028],
      ] as const) {
        const poller = learned('learned', { lengths: assumed, seen, tracks, seed: 60 });
        const { beyond, calls } = simulateSessions(poller, tracks, draws);
        expect(beyond.mean).toBeLessThan(most);
        expect(calls.mean).toBeLessThan(1.03 * defaults);
      }
    },
  );
});

describe('the best moments', () => {
  const sessions = 20_000;
  /** Of all tasks of all sessions: the same for all moments that are compared. */
  const lengthsFor = (tasks: number) => {
    const random = generator(7);
    const { draw } = logNormal(20, 0.4);
    return Float64Array.from({ length: sessions * tasks }, () => draw(random));
  };

  /** Cost of moments for lengths: seconds of delay after the last task, and calls at their price. */
  function costOf(moments: readonly number[], lengths: Float64Array, tasks: number, price: number): number {
    let cost = 0;
    for (let session = 0; session < sessions; session++) {
      let last = 0;
      let end = 0;
      for (const length of lengths.subarray(session * tasks, (session + 1) * tasks)) {
        const checks = moments.findIndex((at) => at >= length) + 1;
        cost += price * checks;
        end = Math.max(end, moments[checks - 1] ?? 0);
        last = Math.max(last, length);
      }
      cost += end - last;
    }
    return cost / sessions;
  }

  it.each([
    [1, 3],
    [6, 0.3],
  ])(
    'of %s tasks at a price of %s s cannot be made better by moving, adding or leaving out one',
    (tasks, price) => {
      const { doneBy } = logNormal(20, 0.4);
      const best = [...planChecks([{ share: 1, doneBy }], { tasks, price, until: 400 })];
      const lengths = lengthsFor(tasks);
      const cost = costOf(best, lengths, tasks, price);
      for (let index = 0; index < 5; index++) {
        const at = best[index] ?? 0;
        const others = best.filter((_, other) => other !== index);
        for (const changed of [others, ...[-3, 3].map((by) => [...others, at + by]), [...best, at + 3]]) {
          const sorted = [...new Set(changed)].sort((a, b) => a - b);
          expect(costOf(sorted, lengths, tasks, price)).toBeGreaterThan(cost - 0.02);
        }
      }
    },
  );

  it('are one for each of two lengths that are sure, and keep their distance', () => {
    const { doneBy } = mixed(0.5, uniform(14.9, 15), uniform(89.9, 90));
    expect(planChecks([{ share: 1, doneBy }], { tasks: 1, price: 1, until: 90 })).toEqual([15, 90]);
    const steady = planChecks([{ share: 1, doneBy: uniform(10, 20).doneBy }], {
      ...{ tasks: 1, price: 0.01, until: 22 },
      gap: 4,
    });
    expect(steady.slice(1).every((at, index) => at - (steady[index] ?? 0) >= 4 || at === 22)).toBe(true);
  });
});

describe('the simulation', () => {
  function* every(seconds: number): Waits {
    for (;;) yield seconds;
  }

  it('counts the checks until the end of a task is seen, the one that sees it included', () => {
    expect(poll(every(10), 30)).toEqual({ checks: 3, seen: 30, moments: [10, 20, 30] });
    expect(poll(every(10), 30.1)).toEqual({ checks: 4, seen: 40, moments: [10, 20, 30, 40] });
  });

  it('has the mean, the middle and the 95th of a hundred', () => {
    const values = Array.from({ length: 100 }, (_, index) => index + 1);
    expect(summaryOf(values)).toEqual({ mean: 50.5, p50: 51, p95: 96 });
  });

  it('says of six tracks at a time what was measured of it: 38.7 % more at 24 tracks', () => {
    const { beyond, calls } = simulateSessions(before(), 24, { sessions: 500, seed: 3 });
    expect(beyond.mean).toBeGreaterThan(0.35);
    expect(beyond.mean).toBeLessThan(0.43);
    expect(calls.mean).toBeGreaterThan(70);
    expect(calls.mean).toBeLessThan(80);
  });

  it('gives every poller the same tasks, and none of the others is as quick for as few calls', () => {
    const run = { sessions: 300, seed: 5 };
    const own = simulateSessions(ours('ours'), 24, run);
    for (const poller of otherPollers) {
      const { beyond, calls } = simulateSessions(poller, 24, run);
      expect(beyond.mean < own.beyond.mean && calls.mean < own.calls.mean).toBe(false);
    }
  });
});

test('ten sessions of 24 tracks at once settle at a provider that takes five calls a second, and no session waits much longer than another', () => {
  const crowds = Array.from({ length: 10 }, (_, seed) =>
    simulateCrowd({ sessions: 10, tracks: 24, perSecond: 5, seed }),
  );
  const times = summaryOf(crowds.flatMap((crowd) => crowd.times));
  expect(times.p95 / times.p50).toBeLessThan(1.3);
  const calls = crowds.reduce((sum, { later }) => sum + later.calls, 0);
  const refused = crowds.reduce((sum, { later }) => sum + later.refused, 0);
  expect(refused / calls).toBeLessThan(0.1);
});
