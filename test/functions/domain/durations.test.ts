import { describe, expect, it } from 'vitest';
import { observationsOf } from '../../../functions/domain/durations.ts';
import { learnedChecks } from '../../../functions/shared/learned-checks.ts';

const now = '2026-11-27T08:00:00.000Z';

describe('what counts of the last days', () => {
  it('are the sixty youngest lengths, half as much after three days', () => {
    const days = [
      { day: '2026-11-24', seen: Array.from({ length: 50 }, () => 10) },
      { day: '2026-11-27', seen: Array.from({ length: 40 }, () => 20) },
    ];
    const counted = observationsOf(days, now, { timeScale: 1 });
    expect(counted).toHaveLength(60);
    expect(counted[0]).toEqual({ seen: 10, weight: 0.5 });
    expect(counted.filter(({ seen }) => seen === 10)).toHaveLength(20);
    expect(counted.at(-1)).toEqual({ seen: 20, weight: 1 });
  });

  it("is in the schedule's seconds, and a day that is yet to come counts as today", () => {
    const days = [{ day: '2026-11-28', seen: [20, [10, 30] as [number, number]] }];
    expect(observationsOf(days, now, { timeScale: 20 })).toEqual([
      { seen: 400, weight: 1 },
      { seen: [200, 600], weight: 1 },
    ]);
  });
});

describe('a learned schedule', () => {
  const times = (seen: readonly (number | readonly [number, number])[], tracks = 1) =>
    learnedChecks(
      'upload',
      seen.map((one) => ({ seen: one, weight: 1 })),
      { tracks },
    );
  const around = (center: number) => Array.from({ length: 20 }, (_, index) => center * (0.9 + 0.01 * index));

  it('needs ten observations', () => {
    expect(times(around(60).slice(0, 9))).toBeUndefined();
    expect(times(around(60).slice(0, 10))).toBeDefined();
  });

  it('begins where the tasks end: later for the last of many', () => {
    const [first = 0] = times(around(60)) ?? [];
    expect(first).toBeGreaterThan(54);
    expect(first).toBeLessThan(66);
    expect((times(around(60), 24) ?? [])[0]).toBeGreaterThan(first);
  });

  it('checks at both of two heaps', () => {
    const two = times([...around(15), ...around(15), ...around(90)]) ?? [];
    expect(two.some((at) => at > 14 && at < 20)).toBe(true);
    expect(two.some((at) => at > 85 && at < 105)).toBe(true);
    expect(two.filter((at) => at > 22 && at < 78).length).toBeLessThan(2);
  });

  it('takes an end between two checks for one anywhere between them', () => {
    const [first = 0] = times(Array.from({ length: 20 }, () => [50, 70] as const)) ?? [];
    expect(first).toBeGreaterThan(50);
    expect(first).toBeLessThan(72);
  });

  it.each([[0.001], [0.5], [3]])(
    'of tasks of %s s has no moment before the earliest, and ascends',
    (seconds) => {
      const moments = times(Array.from({ length: 60 }, () => seconds)) ?? [];
      expect(moments[0]).toBeGreaterThanOrEqual(6);
      expect(moments).toEqual([...new Set(moments)].sort((a, b) => a - b));
      expect(moments.length).toBeLessThanOrEqual(12);
    },
  );

  it('of tasks that take for ever is bounded, too', () => {
    const moments = times(Array.from({ length: 20 }, () => 1e9)) ?? [];
    expect(moments.every((at) => Number.isInteger(at) && at > 0)).toBe(true);
    expect(moments.length).toBeGreaterThan(0);
  });
});
