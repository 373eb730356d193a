import { mostSeen } from '../../functions/domain/durations.ts';
import { checksFor } from '../../functions/shared/schedule.ts';
import { defaultSettings } from '../../functions/shared/settings.ts';
import { prices } from '../costs/prices.ts';
import { invocationSeconds } from '../scaling/quotas.ts';
import { assumed } from './assumed.ts';
import { simulateCrowd } from './crowd.ts';
import { stretched, uniform } from './distributions.ts';
import { expectedOf } from './expected.ts';
import { defaultCost, learnedRatio, learningCases, leastCost, ratioAfterShift } from './learning.ts';
import { optimum } from './optimum.ts';
import { before, learned, ours } from './ours.ts';
import { otherPollers, type Poller } from './pollers.ts';
import { mostCallsOf } from './search.ts';
import { invocationsOf, type Lengths, type Summary, simulateSessions, summaryOf } from './simulate.ts';

export interface Draws {
  /** Of each poller, number of tracks and seed. */
  readonly sessions: number;
  /** The first one; the others follow it. */
  readonly seed: number;
}

/** Seeds of each row, so that none is tuned to one of them. */
export const seeds = 5;

/** A mean of all seeds, and the least and the most of their means. */
export interface OfSeeds {
  readonly mean: number;
  readonly least: number;
  readonly most: number;
}

/** What a poller came to. */
export interface PollerRow {
  readonly tracks: number;
  readonly name: string;
  readonly beyond: OfSeeds & Pick<Summary, 'p50' | 'p95'>;
  readonly calls: OfSeeds;
  readonly transitions: number;
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const markdown = (head: string, rows: readonly (readonly string[])[]): string =>
  [head, head.replace(/[^|]+/g, '---'), ...rows.map((row) => `| ${row.join(' | ')} |`)].join('\n');

export const tracksOfRuns = [6, 12, 24, 100] as const;

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const ofSeeds = (means: readonly number[]): OfSeeds => ({
  mean: meanOf(means),
  least: Math.min(...means),
  most: Math.max(...means),
});

function rowsOf(pollers: readonly Poller[], lengths: Lengths, { sessions, seed: first }: Draws): PollerRow[] {
  const all = Array.from({ length: seeds }, (_, index) => first + index);
  return tracksOfRuns.flatMap((tracks) => {
    const [now, ...others] = pollers.map((poller) => ({ name: poller.name, of: () => poller }));
    const learning = [10, 60].map((seen) => {
      const name = `Chirpsmith, learned from ${seen}`;
      return { name, of: (seed: number) => learned(name, { lengths, seen, tracks, seed }) };
    });
    return [...(now ? [now] : []), ...learning, ...others].map(({ name, of }) => {
      const found = all.map((seed) => simulateSessions(of(seed), tracks, { sessions, seed, lengths }));
      return {
        ...{ tracks, name },
        beyond: {
          ...ofSeeds(found.map(({ beyond }) => beyond.mean)),
          p50: meanOf(found.map(({ beyond }) => beyond.p50)),
          p95: meanOf(found.map(({ beyond }) => beyond.p95)),
        },
        calls: ofSeeds(found.map(({ calls }) => calls.mean)),
        transitions: meanOf(found.map(({ transitions }) => transitions.mean)),
      };
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

/** What an invocation is taken to use: most functions have 256 MB. */
export const gigabytes = 0.25;

export function pollerTable(rows: readonly PollerRow[]): string {
  const head =
    '| tracks | poller | time beyond: mean (of five seeds) | p50 | p95 | status calls (of five seeds) | transitions | invocations | GB-seconds | $ |';
  return markdown(
    head,
    rows.map(({ tracks, name, beyond, calls, transitions }) => {
      const invocations = invocationsOf(tracks, calls.mean);
      const gigabyteSeconds = invocations * invocationSeconds * gigabytes;
      const dollars =
        transitions * prices.transition +
        invocations * prices.invocation +
        gigabyteSeconds * prices.gigabyteSecond;
      const [least, most] = [beyond.least, beyond.most].map((share) => (100 * share).toFixed(1));
      return [
        String(tracks),
        name === 'Chirpsmith' ? `**${name}**` : name,
        `${percent(beyond.mean)} (${least}–${most})`,
        ...[beyond.p50, beyond.p95].map(percent),
        `${calls.mean.toFixed(1)} (${calls.least.toFixed(1)}–${calls.most.toFixed(1)})`,
        ...[transitions, invocations].map((count) => count.toFixed(0)),
        gigabyteSeconds.toFixed(1),
        dollars.toFixed(4),
      ];
    }),
  );
}

/** What the defaults keep of their goals, added up over the distributions. */
export function goalTable(): string {
  const { upload, training } = defaultSettings.schedules;
  return markdown(
    '| tracks | time beyond (goal 3 %) | all takes half as long (8 %) | twice as long (8 %) | status calls | their goal |',
    tracksOfRuns.map((tracks) => {
      const lists = { upload: checksFor(upload, tracks), training: training.checks };
      const [usual, half, twice] = [1, 0.5, 2].map((factor) => expectedOf(lists, { tracks, factor }));
      return [
        String(tracks),
        ...[usual, half, twice].map((found) => percent(found?.beyond ?? 0)),
        (usual?.calls ?? 0).toFixed(1),
        String(mostCallsOf(tracks)),
      ];
    }),
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
