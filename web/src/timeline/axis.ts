import { clockOf, type Idle } from '../../../functions/shared/timeline.ts';

/** A piece of the axis; what goes on in it is to scale. */
export interface Piece {
  readonly from: number;
  readonly to: number;
  /** Shares of the whole width. */
  readonly left: number;
  readonly width: number;
  readonly idle?: Idle;
}

/** Where each moment is drawn. Times are seconds since the session was created. */
export interface Axis {
  readonly end: number;
  readonly pieces: readonly Piece[];
  /** @returns a share of the whole width, from 0 to 1 */
  place(at: number): number;
}

/** Of the whole width, what an idle stretch keeps. */
export const idleShare = { wide: 0.045, small: 0.12 };

/**
 * Active pieces are on one scale; an idle one has a fixed share where it is shortened.
 * @param share of an idle piece; none shortens nothing
 */
export function axisOf(end: number, idle: readonly Idle[], share: number | undefined): Axis {
  const cuts = [0, ...idle.flatMap(({ from, to }) => [from, to]), end].sort((one, other) => one - other);
  const spans = cuts.slice(1).flatMap((to, index) => {
    const from = cuts[index] ?? 0;
    const gap = idle.find((one) => one.from === from && one.to === to);
    return to > from ? [{ from, to, gap }] : [];
  });
  const short = (gap: Idle | undefined) => (gap === undefined ? undefined : share);
  const active = spans.reduce(
    (sum, { from, to, gap }) => sum + (short(gap) === undefined ? to - from : 0),
    0,
  );
  // However many idle pieces there are, what is active keeps half.
  const shortened = spans.filter(({ gap }) => short(gap) !== undefined).length;
  const fixed =
    active === 0 ? 1 / Math.max(1, shortened) : Math.min(share ?? 0, 0.5 / Math.max(1, shortened));
  let left = 0;
  const pieces = spans.map(({ from, to, gap }): Piece => {
    const width = short(gap) === undefined ? ((to - from) / active) * (1 - fixed * shortened) : fixed;
    const piece = { from, to, left, width, ...(gap && { idle: gap }) };
    left += width;
    return piece;
  });
  return { end, pieces, place: (at) => placeIn(pieces, at) };
}

function placeIn(pieces: readonly Piece[], at: number): number {
  const piece = pieces.find(({ to }) => at <= to) ?? pieces.at(-1);
  if (piece === undefined) return 0;
  const share = (Math.max(at, piece.from) - piece.from) / (piece.to - piece.from);
  return Math.min(1, piece.left + Math.min(1, share) * piece.width);
}

const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 86_400];

export interface Tick {
  readonly place: number;
  readonly words: string;
  readonly title?: string;
}

/**
 * Labels of the axis: moments that are a round time after the start, and the length of each idle piece.
 * @param many labels for which there is room
 * @param clock of a moment, for labels by the clock; without it they count from the start
 */
export function ticksOf(
  { pieces }: Axis,
  { start, many, clock }: { start: number; many: number; clock?: ((at: number) => string) | undefined },
): Tick[] {
  const active = pieces.filter(({ idle }) => idle === undefined);
  const seconds = active.reduce((sum, { from, to }) => sum + to - from, 0);
  const step = steps.find((one) => seconds / one <= many) ?? Math.ceil(seconds / many);
  const nearest = 0.6 / many;
  const ticks: Tick[] = [];
  const add = (tick: Tick) => {
    if (ticks.every(({ place }) => Math.abs(place - tick.place) >= nearest)) ticks.push(tick);
  };
  for (const { left, width, idle } of pieces) {
    if (idle === undefined) continue;
    add({ place: left + width / 2, words: lengthOf(idle), title: `${lengthOf(idle)}: ${idle.why}` });
  }
  for (const { from, to, left, width } of active) {
    const first = Math.ceil(Math.max(0, from - start) / step) * step + start;
    for (let at = first; at <= to; at += step) {
      const words = clock ? clock(at) : at === start ? 'start' : clockOf(at - start);
      add({ place: left + ((at - from) / (to - from)) * width, words });
    }
  }
  return ticks;
}

function lengthOf({ from, to }: Idle): string {
  const seconds = to - from;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
