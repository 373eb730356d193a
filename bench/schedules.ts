/**
 * Polling schedules: the time that they add to the provider's own, and what they ask for it. See docs/performance.md.
 *
 *   npm run bench:schedules -- [--sessions 200] [--seed 20261127] [--print-defaults | --find-rows]
 *
 * --find-rows looks for the prices and shares from which the defaults are computed, for a minute or two.
 */
import { parseArgs } from 'node:util';
import { defaultChecks } from './schedules/defaults.ts';
import { findRows } from './schedules/search.ts';
import {
  crowdTable,
  learningRuns,
  learningTable,
  pollerRuns,
  pollerTable,
  shiftRuns,
  shiftTable,
} from './schedules/tables.ts';

const { values } = parseArgs({
  options: {
    sessions: { type: 'string', default: '200' },
    seed: { type: 'string', default: '20261127' },
    'print-defaults': { type: 'boolean', default: false },
    'find-rows': { type: 'boolean', default: false },
  },
});
const draws = { sessions: Number(values.sessions), seed: Number(values.seed) };

if (values['find-rows']) {
  const { trainingPrice, rows } = findRows();
  console.log(`trainingPrice = ${trainingPrice};`);
  for (const { row, used } of rows) {
    const fields = Object.entries(row).map(([name, value]) => `${name}: ${value}`);
    console.log(`{ ${fields.join(', ')} }, // ${(100 * used.most).toFixed(1)} % of its goals used up`);
  }
} else if (values['print-defaults']) {
  const { batch, upload, training } = defaultChecks();
  console.log(`checks: [${batch.join(', ')}],`);
  console.log('byTracks: [');
  for (const { tracks, checks } of upload)
    console.log(`  { tracks: ${tracks}, checks: [${checks.join(', ')}] },`);
  console.log('],');
  console.log(`training: checks: [${training.join(', ')}]`);
} else {
  const titles = {
    assumed: 'As assumed',
    half: 'Everything takes half as long as assumed',
    twice: 'Everything takes twice as long as assumed',
    quickTraining: 'Only the training takes half as long',
  };
  for (const [name, run] of Object.entries(pollerRuns)) {
    console.log(`\n${Object(titles)[name]}, ${draws.sessions} sessions each, seed ${draws.seed}`);
    console.log(pollerTable(run(draws)));
  }
  console.log(
    `\nCost over the least cost, one task, a call at 3 s\n${learningTable(learningRuns(draws.seed))}`,
  );
  console.log(`\nAfter trainings of 120 to 180 s take 240 to 360 s\n${shiftTable(shiftRuns(draws.seed))}`);
  console.log(`\nSessions of 24 tracks that begin together\n${crowdTable()}`);
}
