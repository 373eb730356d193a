import { backoffDelay } from './schedule.ts';

/**
 * How far apart a session's calls are spread while the provider turns calls away for their number (429). 1 is the
 * schedules as they stand; every wait between the calls of an upload is multiplied by it.
 *
 * The provider's limit is not documented, and it holds for all sessions together, of which none knows the others.
 * So each one slows down by itself: every 429 doubles its waits, up to eight times. Sixty uploads at once
 * then make about 1.3 calls a second, where the schedules alone come to ten. That is far below a limit of five,
 * because calls that know nothing of each other come in bunches. Within a run it does not speed up again: a run
 * lasts minutes, and going faster is how one finds out that it was too fast.
 */
export const slowestPace = 8;

/** Seconds over which calls that were throttled together are spread, at pace 1. */
const spread = 10;

/** The next slower pace. */
export const slower = (pace: number): number => Math.min(slowestPace, pace * 2);

/**
 * Seconds to wait after a call that was throttled: never less than the provider asks for, and spread, because
 * sessions throttled together would otherwise retry together.
 * @param refusals refusals in a row, this one included
 * @param random a number in [0, 1)
 */
export function throttledDelay(
  refusals: number,
  { retryAfter, pace, random }: { retryAfter: number | undefined; pace: number; random: number },
): number {
  return backoffDelay(refusals, retryAfter) + Math.floor(random * spread * pace);
}
