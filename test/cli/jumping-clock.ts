import { setTimeout as delay } from 'node:timers/promises';
import type { WaitingClock } from '../../cli/waiting-clock.ts';

/** A clock whose pauses take no time, and which keeps how long they were, in milliseconds. */
export function jumpingClock(): WaitingClock & { readonly pauses: readonly number[] } {
  let now = 0;
  const pauses: number[] = [];
  return {
    pauses,
    now: () => now,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      pauses.push(ms);
      now += ms;
    },
  };
}

/** A clock that is ahead after each pause, of which a command waits the twentieth part: what it waits for runs beside it. */
export function hastyClock(): WaitingClock {
  let ahead = 0;
  return {
    now: () => performance.now() + ahead,
    async sleep(ms, signal) {
      await delay(ms / 20, undefined, signal && { signal });
      ahead += ms - ms / 20;
    },
  };
}
