import { setTimeout as delay } from 'node:timers/promises';

/** The time that a command waits by; a test has its own. */
export interface WaitingClock {
  /** Milliseconds from any moment on. */
  now(): number;
  /** Rejects when the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const realClock: WaitingClock = {
  now: () => performance.now(),
  sleep: async (ms, signal) => void (await delay(ms, undefined, signal && { signal })),
};
