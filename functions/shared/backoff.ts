import { backoffDelay } from './schedule.ts';

/**
 * How far apart a session's calls are spread while the provider throttles them (429). At 1 they follow the schedules; the
 * distances between the checks of an upload are multiplied by it.
 *
 * The provider's limit is not documented, and it holds for all sessions together, of which none knows the others. So each
 * one slows down by itself, up to four times: at more, a session that was unlucky waits much longer than the others. All
 * tracks of a session begin at once, so many are throttled at once: those count as one sign, because the calls were made
 * before anyone knew. Within a run it does not speed up again: a run lasts minutes, and going faster is how one finds out
 * that it was too fast.
 */
export const slowestPace = 4;

/** Seconds over which calls that were throttled together are spread, at pace 1. */
const spread = 10;

/** Seconds over which the first checks are spread for each step of pace above 1. */
const firstCheckSpread = 10;

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

/**
 * Seconds to the first check of a session that was throttled: spread, and not multiplied, since a first check that comes
 * late delays the whole session.
 * @param wait by the schedule, in seconds
 * @param random a number in [0, 1)
 */
export const spreadFirstCheck = (wait: number, { pace, random }: { pace: number; random: number }): number =>
  wait + Math.floor(random * firstCheckSpread * (pace - 1));
