/**
 * Hostile input by the thousand: bodies, paths, queries and headers to every route of a whole stack on this machine.
 * Ends with 1 at the first answer that is a 5xx, shows the program or a secret, or has not the form that was promised,
 * and says how to see it again.
 *
 *   npm run fuzz -- [--runs 10000] [--seed 1]
 */
import { parseArgs } from 'node:util';
import { apiTarget } from '../test/fuzz/api-target.ts';
import { check } from '../test/fuzz/check.ts';
import { openStack } from '../test/workflow/local-stack.ts';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '10000' }, seed: { type: 'string' } },
});
const runs = Number(values.runs);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
if (!Number.isInteger(runs) || runs < 1 || !Number.isInteger(seed)) {
  console.error('--runs and --seed take whole numbers.');
  process.exit(2);
}

const stack = await openStack();
const target = await apiTarget(stack);
console.log(`${runs} hostile inputs to ${target.name}, seed ${seed}`);
const began = performance.now();
let done = 0;
const onRun = () => {
  if (++done % 1000 === 0) console.log(`${done} after ${Math.round((performance.now() - began) / 1000)} s`);
};
let broken = await check(target, { runs, seed, onRun });
await target.close().catch((error: unknown) => {
  broken ??= String(error);
});
await stack.close();
const seconds = ((performance.now() - began) / 1000).toFixed(0);
console.log(`${done} inputs in ${seconds} s; rules broken: ${broken === undefined ? 0 : 1}; seed ${seed}`);
const statuses = [...target.tally].sort(([a], [b]) => a - b).map(([status, count]) => `${count} × ${status}`);
console.log(`Answers: ${statuses.join(', ')}`);
if (broken !== undefined) console.error(broken);
process.exit(broken === undefined ? 0 : 1);
