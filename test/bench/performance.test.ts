import { describe, expect, test } from 'vitest';
import { inWords } from '../../bench/performance/failures.ts';
import { barPlot, linePlot, placeOn, spread } from '../../bench/performance/svg.ts';
import { demandOf, simulateDay } from '../../bench/scaling/day.ts';
import { modelsPerDay, throttle } from '../../bench/scaling/quotas.ts';

describe('a quota of requests', () => {
  const quota = { bucket: 10, perSecond: 2 };

  test('lets through at once what fits into its bucket, and the rest as it refills', () => {
    expect(throttle([10, 0, 0], quota)).toEqual({ late: 0, longest: 0 });
    expect(throttle([14, 0, 0, 0], quota)).toEqual({ late: 4 / 14, longest: 2 });
  });

  test('has no more after a long rest than its bucket holds', () => {
    expect(throttle([0, 0, 0, 0, 0, 0, 11], quota).late).toBeCloseTo(1 / 11);
  });

  test('counts as late what comes behind others that wait', () => {
    expect(throttle([12, 2, 0, 0], quota).late).toBeCloseTo(4 / 14);
  });

  test('is used up by so many models as its refill is enough for', () => {
    const demand = { starts: 1, transitions: 100, invocations: 50, providerCalls: 50, submissions: 24 };
    expect(modelsPerDay({ name: 'q', of: 'transitions', bucket: 1, perSecond: 100 }, demand)).toBe(86_400);
  });
});

describe('a day of arrivals', () => {
  const models = 40;
  const day = simulateDay(models, 6, 7);

  test('starts every model once, and submits each of its tracks', () => {
    const { starts, submissions } = demandOf(day, models);
    expect([starts, submissions]).toEqual([1, 6]);
  });

  test('has three transitions and one call for each check', () => {
    const { transitions, providerCalls } = demandOf(day, models);
    const checks = providerCalls - 6 - 2;
    expect(transitions).toBeCloseTo(7 + 2 + 2 * 6 + 3 * checks);
  });
});

describe('plots', () => {
  test('a value lies between the ends of its axis, by factors on a logarithmic one', () => {
    expect(placeOn({ title: '', ticks: [0, 10] }, 5)).toBe(0.5);
    expect(placeOn({ title: '', ticks: [1, 100], logarithmic: true }, 10)).toBeCloseTo(0.5);
    expect(placeOn({ title: '', ticks: [0, 10] }, 12)).toBe(1);
  });

  test('names at the ends of lines keep their order, apart and inside the plot', () => {
    expect(spread([50, 10, 51], { apart: 20, most: 100 })).toEqual([50, 10, 70]);
    expect(spread([95, 90], { apart: 20, most: 100 })).toEqual([100, 80]);
  });

  test('write each value, and escape what is markup in a name', () => {
    const bars = barPlot('Time', [{ title: 's', words: String }], [{ name: 'a < b', values: [3] }]);
    expect(bars).toContain('>a &lt; b<');
    expect(bars).toContain('>3<');
    const axis = { title: 'x', ticks: [0, 1] };
    const lines = linePlot('L', {
      x: axis,
      y: axis,
      lines: [
        {
          name: 'one',
          points: [
            [0, 0],
            [1, 1],
          ],
        },
      ],
    });
    expect(lines).toContain('points="64,310 610,56"');
  });
});

test('a run that was charged two creates has paid its model twice', () => {
  expect(inWords({ runs: 1, finished: true, creates: 2, uploads: 8 })).toEqual([
    'model',
    'none',
    '**the model: 200 credits**',
  ]);
  expect(inWords({ runs: 2, finished: false, creates: 1, uploads: 16 })).toEqual([
    '**no model**',
    '8',
    'nothing',
  ]);
});
