import { realClock, type WaitingClock } from './waiting-clock.ts';

const firstPauseMs = 300;
const longestPauseMs = 20_000;
/** How long an outage may last before the work is given up (a choice). */
const patienceMs = 10 * 60_000;

/**
 * Does work that may be repeated until it succeeds: with growing pauses, for ten minutes after it failed first.
 * @param options.isPassing could the same work succeed later?
 * @param options.onRetry called before each pause
 * @throws what the work throws at last, or the signal's reason
 */
export async function patiently<T>(
  work: () => Promise<T>,
  options: {
    signal: AbortSignal;
    isPassing(error: unknown): boolean;
    onRetry(attempt: number, error: unknown): void;
    clock?: WaitingClock | undefined;
  },
): Promise<T> {
  const { signal, isPassing, onRetry, clock = realClock } = options;
  let since: number | undefined;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      since ??= clock.now();
      if (!isPassing(error) || clock.now() - since >= patienceMs) throw error;
      onRetry(attempt, error);
      await clock.sleep(Math.min(firstPauseMs * 2 ** (attempt - 1), longestPauseMs), signal);
    }
  }
}
