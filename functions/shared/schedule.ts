import * as z from 'zod';

const seconds = z.number().int().positive();

/**
 * When to check on a task: data, not code. All numbers are seconds after submission.
 * The position in a schedule is seconds *waited*, never a clock's, so that a run is the same at any speed.
 */
export const scheduleSchema = z
  .strictObject({
    /** Moments of the first checks, ascending. */
    checks: z.array(seconds).min(1),
    /** Distance between later checks. */
    every: seconds,
    /** From `after` on, the distance is this `every` instead. */
    later: z.strictObject({ after: seconds, every: seconds }).optional(),
    /** Seconds waited in one loop, over all attempts, after which it gives up. */
    deadline: seconds,
  })
  .refine(({ checks }) => checks.every((at, i) => i === 0 || at > (checks[i - 1] ?? 0)), {
    path: ['checks'],
    message: 'must be ascending',
  });

export type Schedule = z.infer<typeof scheduleSchema>;

/** Share by which the first check is moved, so that branches started together do not ask together. */
export const firstCheckJitter = 0.1;

/**
 * Seconds from submission to the first check: the schedule's first, jittered by ±10 %, a whole number.
 * @param random a number in [0, 1)
 */
export function firstWait(schedule: Schedule, random: number): number {
  const first = schedule.checks[0] ?? schedule.every;
  const jittered = Math.round(first * (1 + firstCheckJitter * (2 * random - 1)));
  return Math.max(jittered, Math.ceil(first * (1 - firstCheckJitter)));
}

/**
 * Seconds from now until the next check.
 * @param waited seconds waited since submission
 */
export function nextWait(schedule: Schedule, waited: number): number {
  const [first = schedule.every, ...later] = schedule.checks;
  // The first check was perhaps moved to a little before its moment; that moment is not a second one.
  const firstIsDue = waited < Math.ceil(first * (1 - firstCheckJitter));
  const listed = firstIsDue ? first : later.find((at) => at > waited);
  if (listed !== undefined) return listed - waited;
  return schedule.later && waited >= schedule.later.after ? schedule.later.every : schedule.every;
}

/** How long something took, for people: in the provider's seconds. @param waited seconds of a schedule */
export const inProviderSeconds = (waited: number, { timeScale }: { readonly timeScale: number }): string =>
  `${Math.round(waited / timeScale)} s`;

/**
 * Seconds to wait after a submission that was surely not taken: 10, 20, 40, then 60, or as long as the
 * provider asks if that is longer.
 * @param refusals refusals in a row, this one included
 */
export function backoffDelay(refusals: number, retryAfter = 0): number {
  return Math.max(Math.min(10 * 2 ** (refusals - 1), 60), Math.ceil(retryAfter));
}
