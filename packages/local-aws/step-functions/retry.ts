import type { Clock } from '../../local-servers/clock.ts';
import type { Retrier } from './definition.ts';
import { StateError } from './state-error.ts';

/**
 * Runs an attempt until it succeeds or no retrier is left for its error. Each retrier counts its own attempts;
 * the first that matches decides; its waits follow the clock.
 * @param attempt takes the number of retries before it
 * @throws StateError of the last attempt
 */
export async function withRetries<T>(
  retriers: readonly Retrier[],
  options: { clock: Pick<Clock, 'sleep'>; signal: AbortSignal; random: () => number },
  attempt: (retries: number) => Promise<T>,
): Promise<T> {
  const used = new Map<Retrier, number>();
  for (let retries = 0; ; retries++) {
    try {
      return await attempt(retries);
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      const retrier = retriers.find(({ ErrorEquals }) => matchesError(ErrorEquals, error));
      const before = retrier ? (used.get(retrier) ?? 0) : 0;
      if (!retrier || before >= retrier.MaxAttempts) throw error;
      used.set(retrier, before + 1);
      await options.clock.sleep(1000 * delaySeconds(retrier, before, options.random), options.signal);
    }
  }
}

/** Is the error one of those that a retrier or catcher names? */
export function matchesError(names: readonly string[], { error, terminal }: StateError): boolean {
  if (terminal) return false;
  return names.some(
    (name) =>
      name === error || name === 'States.ALL' || (name === 'States.TaskFailed' && error !== 'States.Timeout'),
  );
}

/** Seconds before the attempt after `before` earlier retries; with full jitter, a random part of them. */
function delaySeconds(retrier: Retrier, before: number, random: () => number): number {
  const {
    IntervalSeconds,
    BackoffRate,
    MaxDelaySeconds = Number.POSITIVE_INFINITY,
    JitterStrategy,
  } = retrier;
  const delay = Math.min(IntervalSeconds * BackoffRate ** before, MaxDelaySeconds);
  return JitterStrategy === 'FULL' ? delay * random() : delay;
}
