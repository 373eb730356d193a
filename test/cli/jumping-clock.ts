import type { WaitingClock } from '../../cli/retry-outage.ts';

/** A clock whose pauses take no time, and which keeps how long they were, in milliseconds. */
export function jumpingClock(): WaitingClock & { readonly pauses: readonly number[] } {
  let now = 0;
  const pauses: number[] = [];
  return {
    pauses,
    now: () => now,
    async sleep(ms, signal) {
      signal.throwIfAborted();
      pauses.push(ms);
      now += ms;
    },
  };
}
