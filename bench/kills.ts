/**
 * The local stack, killed (`kill -9`) at random moments of a run, started again and gone on with by the API: does every
 * session reach its model, is create charged once for each, and is nothing sent twice that the kill had not left
 * unknown? What happened is read from the provider's ledger, not from our own record.
 *
 *   npm run bench:kills -- [--kills 100] [--seed N] [--tracks 8] [--speed 60] [--lanes 2]
 *
 * The seed draws when the kills come; what they hit depends on the machine. Ends with 1 on any violation.
 */

import path from 'node:path';
import { parseArgs } from 'node:util';
import { synthesize } from '../local/synth.ts';
import { generator } from '../simulation/harness/random.ts';
import { runLane } from './kills/lane.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    tracks: { type: 'string', default: '8' },
    speed: { type: 'string', default: '60' },
    lanes: { type: 'string', default: '2' },
  },
});
const [seed, lanes] = [Number(values.seed), Number(values.lanes)];
const begun = performance.now();
console.log(`seed ${seed}`);

const home = path.join('node_modules', '.cache', 'chirpsmith-bench');
await synthesize({ home });
const kills = { left: Number(values.kills) };
const reports = await Promise.all(
  Array.from({ length: lanes }, (_, lane) =>
    runLane({
      assembly: path.resolve(home, 'assembly'),
      speed: Number(values.speed),
      tracks: Number(values.tracks),
      random: generator(seed + lane),
      kills,
    }),
  ),
);

const sum = (pick: (report: (typeof reports)[number]) => number) =>
  reports.reduce((total, report) => total + pick(report), 0);
const counted = (words: readonly string[]) =>
  [...Map.groupBy(words, (word) => word)].map(([word, all]) => `${all.length} ${word}`).join(', ') || 'none';
const violations = reports.flatMap((report) => report.violations);
const made = reports.flatMap((report) => report.kills);
console.log(`kills: ${made.length} (${counted(made)})`);
console.log(`sessions: ${sum(({ sessions }) => sessions)}, credits: ${sum(({ credits }) => credits)}`);
console.log(
  `tracks sent once more: ${sum(({ repeated }) => repeated)}; submissions that a kill left unknown: ${sum(({ unknown }) => unknown)}`,
);
console.log(`decisions: ${counted(reports.flatMap(({ decisions }) => decisions))}`);
console.log(`${((performance.now() - begun) / 1000).toFixed(0)} s`);
for (const violation of violations) console.log(`VIOLATION: ${violation}`);
console.log(violations.length === 0 ? 'no violation' : `${violations.length} violations`);
process.exitCode = violations.length === 0 && made.length === Number(values.kills) ? 0 : 1;
