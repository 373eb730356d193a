/**
 * The pages docs/performance.md and docs/scaling.md with their plots: polling schedules and days of arrivals are simulated,
 * mishaps are played against the sandbox, bundles are built and timed, now; what takes long is read from its last
 * measurement (`npm run bench:load`, `npm run bench:tool`).
 *
 *   npm run bench -- [--sessions 200] [--seed 20261127] [--times 5]
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { bundleTable } from './bundles/measure.ts';
import { failureTable } from './performance/failures.ts';
import { readMeasured } from './performance/measured.ts';
import { performancePage } from './performance/page.ts';
import { capacityPlot, learningPlot, memoryPlot, pollersPlot, writePlot } from './performance/plots.ts';
import { capacities, scalingPage, simulatedDays } from './scaling/page.ts';
import { crowdTable, learningRuns, pollerRuns, shiftRuns } from './schedules/tables.ts';

const { values } = parseArgs({
  options: {
    sessions: { type: 'string', default: '200' },
    seed: { type: 'string', default: '20261127' },
    times: { type: 'string', default: '5' },
  },
});
const draws = { sessions: Number(values.sessions), seed: Number(values.seed) };
const docs = new URL('../docs/', import.meta.url);

console.log('simulating schedules …');
const runs = {
  assumed: pollerRuns.assumed(draws),
  half: pollerRuns.half(draws),
  twice: pollerRuns.twice(draws),
  quickTraining: pollerRuns.quickTraining(draws),
};
const learning = learningRuns(draws.seed);
writePlot('pollers-24', pollersPlot(runs.assumed, 24));
writePlot('pollers-100', pollersPlot(runs.assumed, 100));
writePlot('learning', learningPlot(learning));

console.log('playing mishaps …');
const failures = await failureTable();
console.log('building bundles …');
const bundles = await bundleTable(Number(values.times));

const memory = readMeasured('memory');
if (memory) writePlot('memory', memoryPlot(memory));
const page = performancePage({
  ...{ draws, runs, learning, failures, bundles, memory },
  shift: shiftRuns(draws.seed),
  crowds: crowdTable(),
  load: readMeasured('load'),
  lists: readMeasured('lists'),
  batch: readMeasured('batch'),
  tool: readMeasured('tool'),
});
writeFileSync(new URL('performance.md', docs), page);

console.log('simulating days …');
const days = simulatedDays(draws.seed);
writePlot('quotas', capacityPlot(capacities(days)));
writeFileSync(new URL('scaling.md', docs), scalingPage(days, draws.seed));
console.log('docs/performance.md, docs/scaling.md and their plots are written.');
process.exit();
