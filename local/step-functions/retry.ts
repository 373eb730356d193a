import type { Clock } from '../clock.ts';
import type { Retrier } from './definition.ts';
import { StateError } from './state-error.ts';

/**
 * Runs an attempt until it succeeds or no retrier is left for its error. Each retrier counts its own attempts;
 * the first that matches decides; its waits follow the clock.
 * @throws StateError of the last attempt
 */
export async function withRetries<T>(
  retriers: readonly Retrier[],
  options: { clock: Pick<Clock, 'sleep'>; signal: AbortSignal; random: () => number },
  attempt: () => Promise<T>,
): Promise<T> {
  const used = new Map<Retrier, number>();
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      const retrier = retriers.find((candidate) => matches(candidate, error));
      const before = retrier ? (used.get(retrier) ?? 0) : 0;
      if (!retrier || before >= retrier.MaxAttempts) throw error;
      used.set(retrier, before + 1);
      await options.clock.sleep(1000 * delaySeconds(retrier, before, options.random), options.signal);
    }
  }
}

function matches({ ErrorEquals }: Retrier, error: StateError): boolean {
  if (error.terminal) return false;
  return ErrorEquals.some(
    (name) =>
      name === error.name ||
      name === 'States.ALL' ||
      (name === 'States.TaskFailed' && error.name !== 'States.Timeout'),
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
