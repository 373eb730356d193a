import { logNormalShare, uniformShare } from '../../functions/shared/assumed-lengths.ts';
import type { DoneBy } from '../../functions/shared/plan-checks.ts';

/** How long a task takes: how likely it is done by a moment, and lengths drawn from it, in seconds. */
export interface Distribution {
  readonly name: string;
  readonly doneBy: DoneBy;
  readonly draw: (random: () => number) => number;
}

/** A small repeatable generator (mulberry32): a run is the same everywhere. */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const normal = (random: () => number) =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** @param spread standard deviation of the logarithm */
export const logNormal = (median: number, spread: number): Distribution => ({
  name: `log-normal ${median} s / ${spread}`,
  doneBy: logNormalShare(median, spread),
  draw: (random) => median * Math.exp(spread * normal(random)),
});

export const uniform = (shortest: number, longest: number): Distribution => ({
  name: `uniform ${shortest} to ${longest} s`,
  doneBy: uniformShare(shortest, longest),
  draw: (random) => shortest + (longest - shortest) * random(),
});

/** @param share of the first */
export const mixed = (share: number, first: Distribution, second: Distribution): Distribution => ({
  name: `${100 * share} % ${first.name}, else ${second.name}`,
  doneBy: (seconds) => share * first.doneBy(seconds) + (1 - share) * second.doneBy(seconds),
  draw: (random) => (random() < share ? first : second).draw(random),
});

/** The same, but every length so many times as long. */
export const stretched = (factor: number, { name, doneBy, draw }: Distribution): Distribution => ({
  name: `${factor} × ${name}`,
  doneBy: (seconds) => doneBy(seconds / factor),
  draw: (random) => factor * draw(random),
});
