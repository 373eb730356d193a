import { type Clock, virtualClock } from '../packages/local-servers/clock.ts';

export interface StoppingClock extends Clock {
  /** Time stops so many seconds from now, or from another moment: no later wait ends. */
  stopAfter(seconds: number, since?: number): void;
  goOn(): void;
}

/** A clock that jumps, and that a test can stop in order to step in. */
export function stoppingClock(): StoppingClock {
  const time = virtualClock();
  let limit = Number.POSITIVE_INFINITY;
  const parked = new Set<() => void>();

  const until = (signal: AbortSignal | undefined) =>
    new Promise<void>((resolve, reject) => {
      parked.add(resolve);
      signal?.addEventListener('abort', () => {
        parked.delete(resolve);
        reject(signal.reason);
      });
    });

  const moveLimit = (to: number) => {
    limit = to;
    for (const wake of parked) wake();
    parked.clear();
  };

  return {
    ...time,
    async sleep(ms, signal) {
      const at = time.now() + ms;
      while (at > limit) {
        signal?.throwIfAborted();
        await until(signal);
      }
      await time.sleep(at - time.now(), signal);
    },
    stopAfter: (seconds, since = time.now()) => moveLimit(since + seconds * 1000),
    goOn: () => moveLimit(Number.POSITIVE_INFINITY),
  };
}
