/**
 * Polling schedules: the time that they add to the provider's own, and what they ask for it. See docs/performance.md.
 *
 *   npm run bench:schedules -- [--sessions 200] [--seed 20261127] [--print-defaults]
 */
import { parseArgs } from 'node:util';
import { mostSeen } from '../functions/domain/durations.ts';
import { simulateCrowd } from './schedules/crowd.ts';
import { assumed, defaultChecks } from './schedules/defaults.ts';
import { stretched, uniform } from './schedules/distributions.ts';
import {
  defaultCost,
  learnedRatio,
  learningCases,
  leastCost,
  ratioAfterShift,
} from './schedules/learning.ts';
import { before, learned, ours } from './schedules/ours.ts';
import { otherPollers, type Poller } from './schedules/pollers.ts';
import { type Lengths, simulateSessions, summaryOf } from './schedules/simulate.ts';

const { values } = parseArgs({
  options: {
    sessions: { type: 'string', default: '200' },
    seed: { type: 'string', default: '20261127' },
    'print-defaults': { type: 'boolean', default: false },
  },
});
const [sessions, seed] = [Number(values.sessions), Number(values.seed)];

/** Runs of each crowd. */
const crowds = 40;

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

function table(
  title: string,
  pollers: readonly Poller[],
  lengths: Lengths,
  seen: readonly number[] = [],
): void {
  console.log(`\n${title}, ${sessions} sessions each, seed ${seed}`);
  console.log('| tracks | poller | time beyond: mean | p50 | p95 | status calls | transitions |');
  console.log('|---|---|---|---|---|---|---|');
  for (const tracks of [6, 12, 24, 100]) {
    const learning = seen.map((count) =>
      learned(`Chirpsmith, learned from ${count}`, { lengths, seen: count, tracks, seed }),
    );
    for (const poller of [...pollers.slice(0, 1), ...learning, ...pollers.slice(1)]) {
      const { beyond, calls, transitions } = simulateSessions(poller, tracks, { sessions, seed, lengths });
      const times = [beyond.mean, beyond.p50, beyond.p95].map(percent).join(' | ');
      const counts = `${calls.mean.toFixed(1)} | ${transitions.mean.toFixed(0)}`;
      console.log(`| ${tracks} | ${poller.name} | ${times} | ${counts} |`);
    }
  }
}

function learningTables(): void {
  const runs = 200;
  console.log(`\nCost over the least cost, one task, a call at 3 s, ${runs} times`);
  console.log('| lengths | defaults | learned from 10 | from 30 | from 60 |');
  console.log('|---|---|---|---|---|');
  for (const { kind, lengths } of learningCases) {
    const ratios = [10, 30, 60].map((count) => learnedRatio(kind, lengths, count, { runs, seed }).toFixed(2));
    const defaults = (defaultCost(kind, lengths) / leastCost(lengths)).toFixed(2);
    console.log(`| ${lengths.name} | ${defaults} | ${ratios.join(' | ')} |`);
  }
  console.log(`\nAfter trainings of 120 to 180 s take 240 to 360 s, ${runs} times`);
  console.log('| trainings since | 0 | 10 | 20 | 30 | 45 | 60 |');
  console.log('|---|---|---|---|---|---|---|');
  const shift = [uniform(120, 180), uniform(240, 360)] as const;
  const ratios = [0, 10, 20, 30, 45, 60].map((count) =>
    ratioAfterShift('training', shift, count, { runs, seed, most: mostSeen }).toFixed(2),
  );
  console.log(`| cost over the least cost | ${ratios.join(' | ')} |`);
}

if (values['print-defaults']) {
  const { batch, upload, training } = defaultChecks();
  console.log(`checks: [${batch.join(', ')}],`);
  console.log('byTracks: [');
  for (const { tracks, checks } of upload)
    console.log(`  { tracks: ${tracks}, checks: [${checks.join(', ')}] },`);
  console.log('],');
  console.log(`training: checks: [${training.join(', ')}]`);
} else {
  const now = ours('**Chirpsmith**');
  table('As assumed', [now, before(), ...otherPollers], assumed, [10, 60]);
  for (const factor of [0.5, 2]) {
    const lengths = {
      upload: stretched(factor, assumed.upload),
      training: stretched(factor, assumed.training),
    };
    table(`Everything takes ${factor} times as long as assumed`, [now, before()], lengths, [10, 60]);
  }
  const training = stretched(0.5, assumed.training);
  table('Only the training takes half as long', [now], { ...assumed, training }, [10, 60]);
  learningTables();

  console.log(`\nSessions of 24 tracks that begin together, ${crowds} times, seeds 0 to ${crowds - 1}`);
  console.log(
    '| sessions | calls allowed a second | time to the model: p50 | p95 | p95 ÷ p50 | refused after two minutes |',
  );
  console.log('|---|---|---|---|---|---|');
  for (const [together, perSecond] of [
    [1, 5],
    [10, 5],
    [10, 10],
    [20, 5],
  ] as const) {
    const runs = Array.from({ length: crowds }, (_, run) =>
      simulateCrowd({ sessions: together, tracks: 24, perSecond, seed: run }),
    );
    const { p50, p95 } = summaryOf(runs.flatMap(({ times }) => times));
    const later = runs.reduce((sum, run) => sum + run.later.calls, 0);
    const refused = runs.reduce((sum, run) => sum + run.later.refused, 0);
    const ratio = (p95 / p50).toFixed(2);
    console.log(
      `| ${together} | ${perSecond} | ${p50.toFixed(0)} s | ${p95.toFixed(0)} s | ${ratio} | ${percent(refused / later)} |`,
    );
  }
}
