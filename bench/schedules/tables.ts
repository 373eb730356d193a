import { mostSeen } from '../../functions/domain/durations.ts';
import { prices } from '../costs/prices.ts';
import { simulateCrowd } from './crowd.ts';
import { assumed } from './defaults.ts';
import { stretched, uniform } from './distributions.ts';
import { defaultCost, learnedRatio, learningCases, leastCost, ratioAfterShift } from './learning.ts';
import { optimum } from './optimum.ts';
import { before, learned, ours } from './ours.ts';
import { otherPollers, type Poller } from './pollers.ts';
import { type Lengths, type Summary, simulateSessions, summaryOf } from './simulate.ts';

export interface Draws {
  /** Of each poller and number of tracks. */
  readonly sessions: number;
  readonly seed: number;
}

/** What a poller came to. */
export interface PollerRow {
  readonly tracks: number;
  readonly name: string;
  readonly beyond: Summary;
  readonly calls: number;
  readonly transitions: number;
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const markdown = (head: string, rows: readonly (readonly string[])[]): string =>
  [head, head.replace(/[^|]+/g, '---'), ...rows.map((row) => `| ${row.join(' | ')} |`)].join('\n');

export const tracksOfRuns = [6, 12, 24, 100] as const;

function rowsOf(pollers: readonly Poller[], lengths: Lengths, draws: Draws): PollerRow[] {
  return tracksOfRuns.flatMap((tracks) => {
    const [now, ...others] = pollers;
    const learning = [10, 60].map((seen) =>
      learned(`Chirpsmith, learned from ${seen}`, { lengths, seen, tracks, seed: draws.seed }),
    );
    return [...(now ? [now] : []), ...learning, ...others].map((poller) => {
      const { beyond, calls, transitions } = simulateSessions(poller, tracks, { ...draws, lengths });
      return { tracks, name: poller.name, beyond, calls: calls.mean, transitions: transitions.mean };
    });
  });
}

const slower = (factor: number): Lengths => ({
  upload: stretched(factor, assumed.upload),
  training: stretched(factor, assumed.training),
});

/** Each poller where the provider takes as long as assumed, or not. */
export const pollerRuns = {
  assumed: (draws: Draws) =>
    rowsOf([ours('Chirpsmith'), before(), ...otherPollers, optimum(assumed)], assumed, draws),
  half: (draws: Draws) => rowsOf([ours('Chirpsmith'), before()], slower(0.5), draws),
  twice: (draws: Draws) => rowsOf([ours('Chirpsmith'), before()], slower(2), draws),
  quickTraining: (draws: Draws) =>
    rowsOf([ours('Chirpsmith')], { ...assumed, training: stretched(0.5, assumed.training) }, draws),
} as const;

export function pollerTable(rows: readonly PollerRow[]): string {
  return markdown(
    '| tracks | poller | time beyond: mean | p50 | p95 | status calls | transitions | their price, $ |',
    rows.map(({ tracks, name, beyond, calls, transitions }) => [
      String(tracks),
      name === 'Chirpsmith' ? `**${name}**` : name,
      ...[beyond.mean, beyond.p50, beyond.p95].map(percent),
      calls.toFixed(1),
      transitions.toFixed(0),
      (transitions * prices.transition).toFixed(4),
    ]),
  );
}

/** Cost over the least cost there is, by what was learned. */
export interface LearningRow {
  readonly lengths: string;
  readonly defaults: number;
  /** After 10, 30 and 60 observations. */
  readonly learned: readonly number[];
}

export const observations = [10, 30, 60] as const;
const runs = 200;

export const learningRuns = (seed: number): LearningRow[] =>
  learningCases.map(({ kind, lengths }) => ({
    lengths: lengths.name,
    defaults: defaultCost(kind, lengths) / leastCost(lengths),
    learned: observations.map((count) => learnedRatio(kind, lengths, count, { runs, seed })),
  }));

export const learningTable = (rows: readonly LearningRow[]): string =>
  markdown(
    '| lengths | defaults | learned from 10 | from 30 | from 60 |',
    rows.map(({ lengths, defaults, learned: found }) => [
      lengths,
      ...[defaults, ...found].map((ratio) => ratio.toFixed(2)),
    ]),
  );

const since = [0, 10, 20, 30, 45, 60] as const;

/** Cost over the least cost after so many trainings of twice the length. */
export const shiftRuns = (seed: number): (readonly [count: number, ratio: number])[] =>
  since.map((count) => [
    count,
    ratioAfterShift('training', [uniform(120, 180), uniform(240, 360)], count, {
      runs,
      seed,
      most: mostSeen,
    }),
  ]);

export const shiftTable = (shift: readonly (readonly [number, number])[]): string =>
  markdown(`| trainings since | ${shift.map(([count]) => count).join(' | ')} |`, [
    ['cost over the least cost', ...shift.map(([, ratio]) => ratio.toFixed(2))],
  ]);

/** Runs of each crowd. */
export const crowds = 40;

export function crowdTable(): string {
  const rows = [
    [1, 5],
    [10, 5],
    [10, 10],
    [20, 5],
  ].map(([together = 1, perSecond = 5]) => {
    const all = Array.from({ length: crowds }, (_, run) =>
      simulateCrowd({ sessions: together, tracks: 24, perSecond, seed: run }),
    );
    const { p50, p95 } = summaryOf(all.flatMap(({ times }) => times));
    const later = all.reduce((sum, run) => sum + run.later.calls, 0);
    const refused = all.reduce((sum, run) => sum + run.later.refused, 0);
    return [
      String(together),
      String(perSecond),
      `${p50.toFixed(0)} s`,
      `${p95.toFixed(0)} s`,
      (p95 / p50).toFixed(2),
      percent(refused / later),
    ];
  });
  return markdown(
    '| sessions | calls allowed a second | time to the model: p50 | p95 | p95 ÷ p50 | refused after two minutes |',
    rows,
  );
}
