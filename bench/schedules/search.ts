import { trainingChecks, type UploadRow, uploadChecks } from './defaults.ts';
import { expectedOf, type Lists } from './expected.ts';

/** Status calls of a session that are allowed at most, by its number of tracks; in between by a straight line. */
const mostCalls = [
  [6, 18],
  [12, 26],
  [24, 40],
  [100, 145],
] as const;

/** Most time over the critical path: where all takes as long as assumed, and where it takes half or twice as long. */
export const mostBeyond = { assumed: 0.03, other: 0.08 } as const;

/** @param tracks from 6 on */
export function mostCallsOf(tracks: number): number {
  const above = Math.max(
    1,
    mostCalls.findIndex(([most]) => most >= tracks),
  );
  const [[from, few] = [0, 0], [to, many] = [1, 0]] = [mostCalls[above - 1], mostCalls[above]];
  return few + ((many - few) * (tracks - from)) / (to - from);
}

/** What a session uses up of its goals: of each of them, 1 is all. */
export interface Used {
  /** Of the goal of which most is used up. Below 1 all of them are kept. */
  readonly most: number;
  /** Of the time and the calls where all takes as long as assumed, together. */
  readonly usual: number;
}

export function usedOf(lists: Lists, tracks: number): Used {
  const { beyond, calls } = expectedOf(lists, { tracks, factor: 1 });
  const [time, made] = [beyond / mostBeyond.assumed, calls / mostCallsOf(tracks)];
  const others = [0.5, 2].map((factor) => expectedOf(lists, { tracks, factor }).beyond / mostBeyond.other);
  return { most: Math.max(time, made, ...others), usual: time + made };
}

/** A goal that is kept with so much to spare is kept well enough. */
const enough = 0.975;

/** Goals come first, and where both keep them well enough, time and calls together. */
const isBetter = (one: Used, other: Used): boolean => {
  const [a, b] = [one, other].map(({ most }) => Math.max(enough, most));
  return a === b ? one.usual < other.usual : Number(a) < Number(b);
};

/** The worse of two numbers of tracks that a row serves. */
const worse = (one: Used, other: Used): Used => ({
  most: Math.max(one.most, other.most),
  usual: Math.max(one.usual, other.usual),
});

/** Rows, by the number of tracks up to which each holds: so many that all numbers from 6 on keep the goals. */
const upTo = [6, 8, 10, 12, 15, 18, 21, 24, 32, 40, 60, 80, 100];

/** What is tried: prices of a call for one track alone, of which a row has its part, and shares. */
const tried = {
  prices: [0.9, 1.1, 1.3, 1.6, 1.9, 2.3, 2.8, 3.3, 4, 4.8, 5.7, 6.8],
  halves: [0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4],
  twices: [0.05, 0.1, 0.15, 0.2],
  trainings: [0.45, 0.5, 0.55],
};

interface Found {
  readonly row: UploadRow;
  readonly used: Used;
}

/** The row whose numbers of tracks keep their goals best, under this list for the training. */
function bestRow(from: number, tracks: number, training: readonly number[]): Found {
  const known = new Set<string>();
  let best: Found | undefined;
  for (const half of tried.halves) {
    for (const twice of tried.twices) {
      for (const alone of tried.prices) {
        const row = { tracks, price: Number((alone / tracks).toPrecision(2)), half, twice };
        const upload = uploadChecks(row);
        if (known.has(upload.join())) continue;
        known.add(upload.join());
        let used = usedOf({ upload, training }, tracks);
        if (best && !isBetter(used, best.used)) continue;
        if (from < tracks) used = worse(used, usedOf({ upload, training }, from));
        if (!best || isBetter(used, best.used)) best = { row, used };
      }
    }
  }
  if (!best) throw new Error('Nothing was tried.');
  return best;
}

/** The rows that keep the goals best, with the price of a call of the training at which the worst of them does. */
export function findRows(): { readonly trainingPrice: number; readonly rows: readonly Found[] } {
  const found = tried.trainings.map((trainingPrice) => {
    const training = trainingChecks(trainingPrice);
    const rows = upTo.map((tracks, index) => bestRow((upTo[index - 1] ?? tracks - 1) + 1, tracks, training));
    return { trainingPrice, rows, used: rows.map(({ used }) => used).reduce(worse) };
  });
  return found.reduce((best, other) => (isBetter(other.used, best.used) ? other : best));
}
