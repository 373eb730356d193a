/**
 * Random runs by the thousand, over the three machines: sessions of 6 to 24 tracks, batches of 1 to 24 files, pieces of
 * music; faults of the provider, functions cut off, the process killed, requests that come twice, and persons who
 * cancel, resume and decide in the middle of it. After each run the rules are held against the sandbox's ledger. Ends
 * with 1 at the first broken rule, and says how to see it again.
 *
 *   npm run faults -- [--runs 2000] [--seed 1] [--machine train-model|upload-batch|generate-music]
 */
import { parseArgs } from 'node:util';
import { check } from '../test/faults/check.ts';
import type { Report } from '../test/faults/play.ts';
import { machineNames } from '../test/faults/rig/machine.ts';
import { summarize } from './faults/summary.ts';

const options = {
  runs: { type: 'string', default: '2000' },
  seed: { type: 'string' },
  machine: { type: 'string' },
} as const;

function given() {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}`);
    return process.exit(2);
  }
}

const values = given();
const runs = Number(values.runs);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
if (!Number.isInteger(runs) || runs < 1 || !Number.isInteger(seed)) {
  console.error('--runs and --seed take whole numbers.');
  process.exit(2);
}
const machine = machineNames.find((name) => name === values.machine);
if (values.machine !== undefined && machine === undefined) {
  console.error(`--machine takes one of ${machineNames.join(', ')}.`);
  process.exit(2);
}

console.log(`${runs} random runs, seed ${seed}`);
const reports: Report[] = [];
const began = performance.now();
const broken = await check({
  seed,
  runs,
  machine,
  onRun(report) {
    reports.push(report);
    if (reports.length % 100 === 0) {
      const seconds = Math.round((performance.now() - began) / 1000);
      console.log(`${reports.length} of ${runs} after ${seconds} s`);
    }
  },
});
const seconds = (performance.now() - began) / 1000;
const perRun = Math.round((1000 * seconds) / reports.length);
if (broken === undefined) console.log(summarize(reports));
console.log(
  `${reports.length} runs in ${seconds.toFixed(0)} s, ${perRun} ms each; rules broken: ${broken === undefined ? 0 : 1}; seed ${seed}`,
);
if (broken !== undefined) console.error(broken);
// Connections of the last sandboxes are still open; nobody waits for them.
process.exit(broken === undefined ? 0 : 1);
