/**
 * Random runs over the three machines: trainings and batches of 1 to 24 files, pieces of music, with several faults in
 * each. After each run the rules are held against the sandbox's ledger; docs/faults.md lists both. Ends with 1 at the
 * first broken rule, and says how to see it again.
 *
 *   npm run faults -- [--runs 2000] [--seed 1] [--machine train-model|upload-batch|generate-music]
 *
 * `--all` plays all runs even if rules break, and lists the rules that were broken, each with its first run and the shortest
 * plan. `--plan` plays one plan, as JSON or from a file, and says all that happened.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { check, survey } from '../simulation/check.ts';
import { machineNames } from '../simulation/harness/machine.ts';
import { play, type Report } from '../simulation/simulate.ts';
import { summarize } from './faults/summary.ts';

const options = {
  runs: { type: 'string', default: '2000' },
  seed: { type: 'string' },
  machine: { type: 'string' },
  all: { type: 'boolean', default: false },
  plan: { type: 'string' },
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

if (values.plan !== undefined) {
  const text = values.plan.startsWith('{') ? values.plan : readFileSync(values.plan, 'utf8');
  const report = await play(JSON.parse(text));
  console.log(JSON.stringify(report, undefined, 2));
  process.exit(report.violations.length === 0 ? 0 : 1);
}

console.log(`${runs} random runs, seed ${seed}`);
const reports: Report[] = [];
const began = performance.now();
const common = {
  seed,
  runs,
  machine,
  onRun(report: Report) {
    reports.push(report);
    if (reports.length % 100 === 0) {
      const seconds = Math.round((performance.now() - began) / 1000);
      console.log(`${reports.length} of ${runs} after ${seconds} s`);
    }
  },
};
if (values.all) {
  const findings = await survey(common);
  for (const { rule, times, firstRun, said, plan } of findings) {
    console.log(`\n${times} × ${rule}\n  first in run ${firstRun}: ${said}\n  ${JSON.stringify(plan)}`);
  }
  console.log(`\n${findings.length} rules broken in ${reports.length} runs; seed ${seed}`);
  process.exit(findings.length === 0 ? 0 : 1);
}
const broken = await check(common);
const seconds = (performance.now() - began) / 1000;
const perRun = Math.round((1000 * seconds) / reports.length);
if (broken === undefined) console.log(summarize(reports));
console.log(
  `${reports.length} runs in ${seconds.toFixed(0)} s, ${perRun} ms each; rules broken: ${broken === undefined ? 0 : 1}; seed ${seed}`,
);
if (broken !== undefined) console.error(broken);
// Connections of the last sandboxes are still open; do not wait for them.
process.exit(broken === undefined ? 0 : 1);
