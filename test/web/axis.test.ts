import { describe, expect, test } from 'vitest';
import type { TimelineCall } from '../../functions/shared/timeline.ts';
import { axisOf, ticksOf } from '../../web/src/timeline/axis.ts';
import { barsOf } from '../../web/src/timeline/bars.ts';
import { clock } from '../../web/src/words/format.ts';

const idle = [{ from: 100, to: 1100, why: 'waited for the approval' }];

describe('the axis of time', () => {
  test('gives an idle stretch a fixed share, and what is active one scale', () => {
    const axis = axisOf(1300, idle, 0.1);
    expect(axis.place(0)).toBe(0);
    expect(axis.place(100)).toBeCloseTo(0.3);
    expect(axis.place(1100)).toBeCloseTo(0.4);
    expect(axis.place(1200)).toBeCloseTo(0.7);
    expect(axis.place(1300)).toBeCloseTo(1);
  });

  test('is on one scale from end to end when nothing is shortened', () => {
    const axis = axisOf(1300, idle, undefined);
    expect(axis.place(650)).toBeCloseTo(0.5);
    expect(axis.pieces.filter((piece) => piece.idle)).toHaveLength(1);
  });

  test('never goes back, and stays within its width, with any number of idle stretches', () => {
    const many = Array.from({ length: 40 }, (_, index) => ({
      from: 100 * index + 50,
      to: 100 * index + 99,
      why: '',
    }));
    const axis = axisOf(4000, many, 0.045);
    const places = Array.from({ length: 400 }, (_, index) => axis.place(index * 10));
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    expect(Math.max(...places)).toBeLessThanOrEqual(1);
  });

  test('of a session in which nothing was done is whole', () => {
    expect(axisOf(60, [{ from: 0, to: 60, why: '' }], 0.1).place(60)).toBeCloseTo(1);
  });

  test('counts from the start of the run, and names the length of an idle stretch with its reason', () => {
    const ticks = ticksOf(axisOf(1300, idle, 0.1), { start: 0, many: 6 });
    expect(ticks.map(({ words }) => words)).toContain('1:00');
    expect(ticks[0]?.words).toBe('17 min');
    expect(ticks.find(({ title }) => title)?.title).toBe('17 min: waited for the approval');
  });

  test('tells the clock in UTC, with the day where it is another one', () => {
    expect(clock('2026-11-26T23:59:00Z', 30)).toBe('23:59:30');
    expect(clock('2026-11-26T23:59:00Z', 90)).toBe('11-27 00:00:30');
  });
});

describe('the bars of a file', () => {
  const call = (more: Partial<TimelineCall>): TimelineCall => ({
    call: 'upload',
    at: 10,
    until: 10,
    answer: 'taken',
    charge: 'surely',
    credits: 1,
    ...more,
  });

  test.each([
    ['at the provider', [call({})], [['moving', 10, 99]]],
    [
      'done, and seen later',
      [call({ providerDoneAt: 20, end: { at: 25, result: 'done' } })],
      [
        ['done', 10, 20],
        ['unseen', 20, 25],
      ],
    ],
    ['refused', [call({ end: { at: 25, result: 'failed' } })], [['refused', 10, 25]]],
    [
      'throttled, and sent again',
      [call({ answer: 'throttled' }), call({ at: 30, until: 30 })],
      [
        ['turned', 10, 30],
        ['moving', 30, 99],
      ],
    ],
    [
      'lost, and sent again',
      [call({ answer: 'lost', until: 15 }), call({ at: 30, until: 30 })],
      [
        ['lost', 10, 30],
        ['moving', 30, 99],
      ],
    ],
    ['not sent', [call({ answer: 'not-sent' })], []],
  ] as const)('%s', (_, calls, bars) => {
    expect(barsOf(calls, 99).bars.map(({ look, from, to }) => [look, from, to])).toEqual(bars);
  });
});
