import { describe, expect, it } from 'vitest';
import { slower, slowestPace, spreadFirstCheck, throttledDelay } from '../../../functions/shared/backoff.ts';

describe('the pace of a session', () => {
  it('doubles step by step, up to four times the schedules', () => {
    expect([1, 2, 4].map(slower)).toEqual([2, 4, 4]);
    expect(slowestPace).toBe(4);
  });
});

describe('the wait after a throttled call', () => {
  const wait = (refusals: number, retryAfter: number | undefined, pace: number, random: number) =>
    throttledDelay(refusals, { retryAfter, pace, random });

  it('is never shorter than the provider asks for, nor than 10, 20, 40, 60 s', () => {
    expect(wait(1, 95, 1, 0)).toBe(95);
    expect(wait(1, 0.2, 1, 0)).toBe(10);
    expect([1, 2, 3, 4, 5].map((refusals) => wait(refusals, undefined, 8, 0))).toEqual([10, 20, 40, 60, 60]);
  });

  it('is spread over more seconds the slower the session goes', () => {
    expect(wait(1, undefined, 1, 0.999)).toBe(19);
    expect(wait(1, undefined, 4, 0.999)).toBe(49);
    expect(wait(1, 30, 4, 0.999)).toBe(69);
  });
});

describe('the first check of a session that was throttled', () => {
  it('is spread over ten seconds for each step of pace, and never comes sooner than by the schedule', () => {
    expect(spreadFirstCheck(26, { pace: 1, random: 0.999 })).toBe(26);
    expect(spreadFirstCheck(26, { pace: 4, random: 0 })).toBe(26);
    expect(spreadFirstCheck(26, { pace: 4, random: 0.999 })).toBe(26 + 29);
  });
});
