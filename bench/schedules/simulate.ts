import { defaultSettings } from '../../functions/shared/settings.ts';
import { slicesOf } from '../../infra/workflows/history-budget.ts';
import { assumed } from './assumed.ts';
import { type Distribution, generator } from './distributions.ts';
import type { Poller, Waits } from './pollers.ts';

/** What one session came to. */
export interface Outcome {
  /** Time from the start to the model over the provider's own critical path (longest upload, then training). */
  readonly beyond: number;
  readonly calls: number;
  readonly transitions: number;
}

/** Most checks of one task, so that a poller that asks seldom ends, too. */
const mostChecks = 100_000;

/** Checks until a task of this length is seen to be done, and their moments in seconds; the last one sees it. */
export function poll(
  waits: Waits,
  seconds: number,
): { readonly checks: number; readonly seen: number; readonly moments: readonly number[] } {
  let seen = 0;
  const moments: number[] = [];
  for (let checks = 1; checks < mostChecks; checks++) {
    seen += waits.next().value;
    moments.push(seen);
    if (seen >= seconds) return { checks, seen, moments };
  }
  throw new Error('The poller never sees the end of the task.');
}

/**
 * States that an execution of train-model enters beside its loops: Prepare session, its question, Upload tracks, Enough
 * clips?, its question, Create model and Model ready; two for the execution of each slice; for each track Submit upload
 * and Track uploaded; and a loop's three for each check.
 */
const framed = { session: 7, slice: 2, track: 2, check: 3 };

const slice = slicesOf(defaultSettings).tracks;

/** Invocations beside the checks: Prepare session, Enough clips? and Create model, and for each track Submit upload. */
export const invocationsOf = (tracks: number, checks: number): number => 3 + tracks + checks;

export interface Lengths {
  readonly upload: Distribution;
  readonly training: Distribution;
}

/** States that a session of so many tracks enters when so many checks are made in all. */
export const statesEntered = (tracks: number, checks: number): number =>
  framed.session + framed.slice * Math.ceil(tracks / slice) + framed.track * tracks + framed.check * checks;

/** One session on a clock that jumps: no call takes time or fails. */
export function simulateSession(
  poller: Poller,
  tracks: number,
  lengths: Lengths,
  random: () => number,
): Outcome {
  const took = Array.from({ length: tracks }, () => lengths.upload.draw(random));
  const free = new Array<number>(Math.min(tracks, poller.atOnce ?? tracks)).fill(0);
  let calls = 0;
  for (const seconds of took) {
    const lane = free.indexOf(Math.min(...free));
    const { checks, seen } = poll(poller.upload(tracks, random), seconds);
    free[lane] = (free[lane] ?? 0) + seen;
    calls += checks;
  }
  const training = lengths.training.draw(random);
  const { checks, seen } = poll(poller.training(took, random), training);
  calls += checks;
  const path = Math.max(...took) + training;
  return {
    beyond: (Math.max(...free) + seen) / path - 1,
    calls,
    transitions: statesEntered(tracks, calls),
  };
}

export interface Summary {
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
}

export function summaryOf(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { mean: values.reduce((sum, value) => sum + value, 0) / values.length, p50: at(0.5), p95: at(0.95) };
}

/** Many sessions with the same lengths for every poller of this seed. */
export function simulateSessions(
  poller: Poller,
  tracks: number,
  { sessions, seed, lengths = assumed }: { sessions: number; seed: number; lengths?: Lengths },
): { readonly beyond: Summary; readonly calls: Summary; readonly transitions: Summary } {
  const random = generator(seed);
  const outcomes = Array.from({ length: sessions }, () => simulateSession(poller, tracks, lengths, random));
  return {
    beyond: summaryOf(outcomes.map(({ beyond }) => beyond)),
    calls: summaryOf(outcomes.map(({ calls }) => calls)),
    transitions: summaryOf(outcomes.map(({ transitions }) => transitions)),
  };
}
