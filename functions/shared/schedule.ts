import * as z from 'zod';

const seconds = z.number().int().positive();

const ascends = (moments: readonly number[]) =>
  moments.every((at, i) => i === 0 || at > (moments[i - 1] ?? 0));

/** Moments of checks, in seconds after submission. */
export const momentsSchema = z.array(seconds).min(1).refine(ascends, { message: 'must be ascending' });

/**
 * When to check on a task: data, not code. All numbers are seconds after submission.
 * The position in a schedule is seconds *waited*, never a clock's, so that a run is the same at any speed.
 */
export const scheduleSchema = z.strictObject({
  /** Moments of the first checks, ascending. */
  checks: momentsSchema,
  /**
   * Moments for a task that is one of several, of which only the end of the last one counts: the first row that has
   * as many tracks or more, or the last row. Without it, `checks` serve for any number.
   */
  byTracks: z
    .array(z.strictObject({ tracks: z.number().int().positive(), checks: momentsSchema }))
    .min(1)
    .refine((rows) => ascends(rows.map(({ tracks }) => tracks)), { message: 'must be ascending' })
    .optional(),
  /** Seconds that the task usually takes. */
  usual: seconds.optional(),
  /** Moments learned from the provider's tasks of the last days take the place of these, once there are enough. */
  learn: z.boolean().optional(),
  /** Distance between later checks. */
  every: seconds,
  /** From `after` on, the distance is this `every` instead. */
  later: z.strictObject({ after: seconds, every: seconds }).optional(),
  /** Seconds waited in one loop, over all attempts, after which it gives up. */
  deadline: seconds,
});

export type Schedule = z.infer<typeof scheduleSchema>;

/** Share by which the first check is moved at most, so that branches started together do not ask together. */
const firstCheckJitter = 0.02;

/**
 * Seconds from submission to the first check: the schedule's first, jittered by ±2 %, but by no more than half of the
 * distance to the second check. A whole number.
 * @param random a number in [0, 1)
 */
export function firstWait(schedule: Schedule, random: number): number {
  const { first, jitter } = firstCheck(schedule);
  return Math.max(Math.round(first + jitter * (2 * random - 1)), Math.ceil(first - jitter));
}

function firstCheck({ checks: [first, second], every }: Schedule): { first: number; jitter: number } {
  const at = first ?? every;
  return { first: at, jitter: Math.min(firstCheckJitter * at, ((second ?? at + every) - at) / 2) };
}

/**
 * Seconds from now until the next check.
 * @param waited seconds waited since submission
 */
export function nextWait(schedule: Schedule, waited: number): number {
  const [, ...later] = schedule.checks;
  const { first, jitter } = firstCheck(schedule);
  // The first check was perhaps moved to a little before its moment; that moment is not a second one.
  const firstIsDue = waited < Math.ceil(first - jitter);
  const listed = firstIsDue ? first : later.find((at) => at > waited);
  if (listed !== undefined) return listed - waited;
  return schedule.later && waited >= schedule.later.after ? schedule.later.every : schedule.every;
}

/** The moments for one task of so many that are submitted together. @param tasks at least 1 */
export function checksFor({ byTracks, checks }: Schedule, tasks: number): readonly number[] {
  const row = byTracks?.find(({ tracks }) => tracks >= tasks) ?? byTracks?.at(-1);
  return tasks === 1 || row === undefined ? checks : row.checks;
}

/** The schedule with moments of a session's own in place of the list, where it has some. */
export const withChecks = (schedule: Schedule, checks: readonly number[] | undefined): Schedule =>
  checks === undefined ? schedule : { ...schedule, checks: [...checks] };

/** Kinds of task whose schedules are learned. */
export type LearnedKind = 'upload' | 'training';

/**
 * Earliest moments that a learned schedule may have, one after another. They bound the status calls of a task for any
 * durations: infra/workflows/history-budget.ts computes the longest history from them.
 */
export const earliestChecks: Readonly<Record<LearnedKind, readonly number[]>> = {
  upload: [6, 10, 15, 20, 26, 33, 41, 50, 60, 71, 83, 96],
  training: [20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95, 100, 105, 110, 115],
};

/** Seconds between checks that come sooner than by a schedule: there is less to lose by a call than by a wrong guess. */
const closeChecks = 2;

/** Moments at half of the times of a list, close together, and then those of the list. */
export function soonerChecks(checks: readonly number[]): number[] {
  const [first = 0, last = 0] = [checks[0], checks.at(-1)].map((at = 0) => Math.floor(at / 2));
  const early = Array.from(
    { length: Math.ceil((last - first) / closeChecks) },
    (_, i) => first + closeChecks * i,
  );
  const moments = [...early, last, ...checks.filter((at) => at > last)];
  return moments.filter((at) => at > 0);
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
