import { setTimeout as delay } from 'node:timers/promises';

/** Time as the local runtime and the sandbox see it: milliseconds of *provider* time. */
export interface Clock {
  /** Milliseconds since the epoch, running at the clock's own speed. */
  now(): number;
  /** Resolves after `ms` milliseconds of this clock, or rejects when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Work that must end before a virtual clock may jump; a clock that really runs just awaits it. */
  busy<T>(work: () => Promise<T>): Promise<T>;
  /** How many times faster than the wall clock it runs; `Infinity` for a virtual one. */
  readonly speed: number;
}

/** Milliseconds that a timer of Node can count; a longer one ends at once. */
const longestTimer = 2 ** 31 - 1;

/** A clock that runs `speed` times as fast as the wall's, from `startAt` on. */
export function scaledClock(speed: number, startAt: number = Date.now()): Clock {
  const origin = performance.now();
  return {
    speed,
    now: () => startAt + (performance.now() - origin) * speed,
    async sleep(ms, signal) {
      for (let left = ms / speed; left >= 0; left -= longestTimer) {
        await delay(Math.min(left, longestTimer), undefined, signal ? { signal } : {});
      }
    },
    busy: (work) => work(),
  };
}

/**
 * A clock for tests: nothing waits. When no work is under way, it jumps to the next sleeper's moment.
 * Sleepers wake in order of their moments, then of their calls.
 */
export function virtualClock(startAt = Date.UTC(2026, 0, 1)): Clock {
  let now = startAt;
  let working = 0;
  let scheduled = false;
  const sleepers: { at: number; wake: () => void }[] = [];

  const settle = () => {
    if (scheduled || working > 0 || sleepers.length === 0) return;
    scheduled = true;
    // A few turns of the event loop, so that woken or answered callers can begin new work first.
    let turns = 3;
    const turn = () => {
      if (turns-- > 0) return void setImmediate(turn);
      scheduled = false;
      if (working > 0) return;
      sleepers.sort((a, b) => a.at - b.at);
      const next = sleepers.shift();
      if (!next) return;
      now = Math.max(now, next.at);
      next.wake();
      settle();
    };
    setImmediate(turn);
  };

  return {
    speed: Number.POSITIVE_INFINITY,
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const sleeper = { at: now + Math.max(0, ms), wake: resolve };
        sleepers.push(sleeper);
        signal?.addEventListener('abort', () => {
          const index = sleepers.indexOf(sleeper);
          if (index >= 0) sleepers.splice(index, 1);
          reject(signal.reason);
        });
        settle();
      }),
    busy: async (work) => {
      working++;
      try {
        return await work();
      } finally {
        working--;
        settle();
      }
    },
  };
}
