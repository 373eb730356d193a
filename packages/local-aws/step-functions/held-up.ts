import type { WorkerWait } from '../lambda.ts';

/** How long an execution was held up by this machine: the time in which at least one of its tasks waited for a worker. */
export interface HeldUp extends WorkerWait {
  /** So far, by the clock that was given. */
  milliseconds(): number;
}

/** @param now milliseconds */
export function createHeldUp(now: () => number): HeldUp {
  let waiting = 0;
  let since = 0;
  let total = 0;
  return {
    began() {
      if (waiting++ === 0) since = now();
    },
    ended() {
      if (--waiting === 0) total += now() - since;
    },
    milliseconds: () => total + (waiting > 0 ? now() - since : 0),
  };
}
