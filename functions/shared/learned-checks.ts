import { assumedLengths, assumedShape } from './assumed-lengths.ts';
import { normalShare } from './normal-share.ts';
import { type DoneBy, planChecks } from './plan-checks.ts';
import { earliestChecks, type LearnedKind } from './schedule.ts';

/** How long one task took in seconds: as the provider says, or between two checks. */
export type Seen = number | readonly [from: number, to: number];

/** What was seen, and how much it counts: 1 when it is new, less when it is old. */
export interface Observation {
  readonly seen: Seen;
  readonly weight: number;
}

/** Observations from which on a schedule is learned; fewer say too little. */
export const fewestObservations = 10;

/** Observations that count as much as the assumed lengths do: enough for what was never seen yet. */
const assumedWeight = 0.2;

/**
 * The same of the assumed lengths when they are moved to the middle of those that were seen: a few lengths say where they
 * are, but little of the longest of many. Lengths that spread less or further than is assumed have another shape: the
 * more so, the less it counts, and it has to fade faster where there are two heaps in place of one.
 */
const moved = { weight: 6, less: 2, further: 8 };

/** Narrowest kernel, as a standard deviation of the logarithm: below it are the whole seconds of the checks. */
const narrowest = 0.015;

/** Fewest seconds between two checks: closer ones use up the list before the longest tasks end. */
const gap = 3;

/** Share of all at which a list ends. */
const nearlyAll = 0.995;

/** Longest length that a plan reaches, in seconds; later checks are evenly spaced. */
const farthest = 1200;

/**
 * Seconds of delay that a status call is worth, by the tracks of the session. The more they are, the more calls is a round of
 * checks on uploads, and the less is one call of the training among all.
 */
const price: Readonly<Record<LearnedKind, (tracks: number) => number>> = {
  upload: (tracks) => 3.6 / (tracks + 6),
  training: (tracks) => 0.15 + 0.6 / tracks,
};

/**
 * The moments of checks for lengths like those that were seen: a kernel density on the logarithm of the lengths, with a
 * little of what is assumed, and of all moments those that cost least.
 * @param tracks of the session. Uploads are submitted together, and the end of the last one counts.
 * @param call seconds of delay that a status call is worth
 * @returns undefined where too little was seen
 */
export function learnedChecks(
  kind: LearnedKind,
  observations: readonly Observation[],
  { tracks, call = price[kind](tracks) }: { tracks: number; call?: number },
): number[] | undefined {
  if (observations.length < fewestObservations) return undefined;
  const tasks = kind === 'upload' ? tracks : 1;
  const points = observations.flatMap(pointsOf);
  const seen = spreadOf(points);
  const density = densityOf(points, seen);
  const weight = observations.reduce((sum, one) => sum + one.weight, 0);
  const assumed = assumedLengths[kind];
  const { middle, spread } = assumedShape[kind];
  const factor = middle / Math.exp(seen.mean);
  const ratio = seen.deviation / spread;
  const movedWeight = moved.weight * Math.min(ratio ** moved.less, ratio ** -moved.further);
  const doneBy: DoneBy = (seconds) =>
    (assumedWeight * assumed(seconds) + movedWeight * assumed(factor * seconds) + weight * density(seconds)) /
    (assumedWeight + movedWeight + weight);
  const longest = Math.max(...points.map(({ at }) => Math.exp(at)));
  const until = Math.min(farthest, Math.max(300, Math.ceil(2 * longest)));
  const planned = planChecks([{ share: 1, doneBy }], { tasks, price: call, until, gap });
  // What runs on after nearly all of those that were seen is something new, and is asked for evenly.
  const listed = planned.filter(
    (_, index) => index === 0 || doneBy(planned[index - 1] ?? 0) ** tasks < nearlyAll,
  );
  const bounded = earliestChecks[kind].flatMap((earliest, index) => {
    const at = listed[index];
    return at === undefined ? [] : [Math.max(earliest, at)];
  });
  return [...new Set(bounded)];
}

interface Point {
  /** Logarithm of the seconds. */
  readonly at: number;
  readonly weight: number;
}

/** An end between two checks may have been anywhere between them. */
function pointsOf({ seen, weight }: Observation): Point[] {
  if (typeof seen === 'number') return [{ at: Math.log(seen), weight }];
  const [from, to] = seen;
  return [1, 3, 5].map((sixth) => ({
    at: Math.log(Math.max(1, from + ((to - from) * sixth) / 6)),
    weight: weight / 3,
  }));
}

/** Of the logarithms, each counted once. */
interface Spread {
  readonly mean: number;
  readonly deviation: number;
}

function spreadOf(points: readonly Point[]): Spread {
  const mean = points.reduce((sum, { at }) => sum + at, 0) / points.length;
  const squares = points.reduce((sum, { at }) => sum + (at - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (points.length - 1)) };
}

/**
 * The share that was done by a moment. Each kernel is as wide as Silverman's rule says, and no wider than the distance to
 * its near neighbours asks for: of two heaps far apart, neither is washed out.
 */
function densityOf(points: readonly Point[], { mean, deviation }: Spread): DoneBy {
  const sorted = points.map(({ at }) => at).sort((a, b) => a - b);
  const count = sorted.length;
  const quarter = (share: number) => sorted[Math.floor(share * (count - 1))] ?? mean;
  const middle = (quarter(0.75) - quarter(0.25)) / 1.34;
  const silverman = 0.9 * Math.min(deviation, middle || deviation) * count ** -0.2;
  const neighbours = Math.max(2, Math.round(Math.sqrt(count)));
  const widths = points.map(({ at }) => {
    const distances = sorted.map((other) => Math.abs(other - at)).sort((a, b) => a - b);
    const near = 1.5 * (distances[Math.min(neighbours, count - 1)] ?? silverman);
    return Math.max(narrowest, Math.min(silverman, near));
  });
  const total = points.reduce((sum, { weight }) => sum + weight, 0);
  return (seconds) => {
    if (seconds <= 0) return 0;
    const log = Math.log(seconds);
    const done = points.reduce(
      (sum, { at, weight }, index) => sum + weight * normalShare((log - at) / (widths[index] ?? narrowest)),
      0,
    );
    return done / total;
  };
}
