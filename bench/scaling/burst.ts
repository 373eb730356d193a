import type { RetryPolicy } from '../../infra/workflows/retry-policies.ts';

/** What became of invocations that came together. */
export interface Burst {
  /** Invocations whose last attempt was throttled, too. */
  readonly gaveUp: number;
  /** Seconds after the first one at which the last one began to run. */
  readonly last: number;
}

/** Steps of a second in which the simulation looks at what comes and what has ended. */
const steps = 20;
/** Seconds over which they come: the machines of many sessions are not in step to the moment. */
const spread = 2;

/**
 * Invocations of one function that come together, of which so many run at once: others are throttled and come again as
 * this policy says.
 */
export function throttledBurst(
  invocations: number,
  {
    atOnce,
    seconds,
    policy,
    random,
  }: {
    readonly atOnce: number;
    /** How long each one runs. */
    readonly seconds: number;
    readonly policy: RetryPolicy;
    readonly random: () => number;
  },
): Burst {
  const { interval, backoffRate, maxAttempts, maxDelay, jitterStrategy } = policy;
  const longest = maxDelay?.toSeconds() ?? Number.POSITIVE_INFINITY;
  /** Attempts before this one, of those that come in a step. */
  const due: number[][] = [];
  const put = (at: number, attempts: number) => {
    const step = Math.floor(at * steps);
    const there = due[step] ?? [];
    there.push(attempts);
    due[step] = there;
  };
  for (let index = 0; index < invocations; index++) put(spread * random(), 0);
  let running: number[] = [];
  let gaveUp = 0;
  let last = 0;
  for (let step = 0; step < due.length; step++) {
    const now = step / steps;
    running = running.filter((end) => end > now);
    for (const attempts of due[step] ?? []) {
      if (running.length < atOnce) {
        running.push(now + seconds);
        last = now;
      } else if (attempts === maxAttempts) gaveUp++;
      else {
        const delay = Math.min(longest, interval.toSeconds() * backoffRate ** attempts);
        put(now + 1 / steps + (jitterStrategy === 'FULL' ? delay * random() : delay), attempts + 1);
      }
    }
  }
  return { gaveUp, last };
}
