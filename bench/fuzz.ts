/**
 * Hostile input by the thousand: bodies, paths, queries and headers to every route of a whole stack on this machine,
 * manifests in folders of the inbox, file names and words of others in all that the command line and the logs show, and
 * damaged audio. Ends with 1 at the first answer that is a 5xx, shows the program or a secret, or has not the form that
 * was promised, and at the first inspection that crashes or exceeds its bounds; and says how to see it again.
 *
 *   npm run fuzz -- [--runs 10000] [--seed 1] [--only audio|lines|manifests|api]
 */
import { parseArgs } from 'node:util';
import { openStack } from '../test-support/local-stack.ts';
import { apiTarget } from './fuzz/api-target.ts';
import { audioTarget } from './fuzz/audio-target.ts';
import { check } from './fuzz/check.ts';
import { manifestTarget } from './fuzz/manifest-target.ts';
import type { Target } from './fuzz/target.ts';
import { terminalTarget } from './fuzz/terminal-target.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '10000' },
    seed: { type: 'string' },
    only: { type: 'string' },
  },
});
const runs = Number(values.runs);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
if (!Number.isInteger(runs) || runs < 1 || !Number.isInteger(seed)) {
  console.error('--runs and --seed take whole numbers.');
  process.exit(2);
}

/** So many inputs to one target; what they broke goes to standard error. */
async function attack<Input>(target: Target<Input>): Promise<boolean> {
  console.log(`${runs} hostile inputs to ${target.name}, seed ${seed}`);
  const began = performance.now();
  const seconds = () => ((performance.now() - began) / 1000).toFixed(0);
  let done = 0;
  const onRun = () => {
    if (++done % 1000 === 0) console.log(`${done} after ${seconds()} s`);
  };
  const broken = await check(target, { runs, seed, onRun });
  console.log(
    `${done} inputs in ${seconds()} s; rules broken: ${broken === undefined ? 0 : 1}; seed ${seed}`,
  );
  if (broken !== undefined) console.error(broken);
  return broken === undefined;
}

async function attackApi(): Promise<boolean> {
  const stack = await openStack();
  const api = await apiTarget(stack);
  const held = await attack(api);
  const statuses = [...api.tally].sort(([a], [b]) => a - b).map(([status, count]) => `${count} × ${status}`);
  console.log(`Answers: ${statuses.join(', ')}`);
  // Throws when the other owner's session changed.
  await api.close();
  await stack.close();
  return held;
}

const attacks: Readonly<Record<string, () => Promise<boolean>>> = {
  audio: () => attack(audioTarget),
  lines: () => attack(terminalTarget),
  manifests: () => attack(manifestTarget),
  api: attackApi,
};
const chosen = values.only === undefined ? Object.keys(attacks) : [values.only];
let held = true;
for (const name of chosen) {
  const begin = attacks[name];
  if (!begin) {
    console.error(`--only takes one of ${Object.keys(attacks).join(', ')}.`);
    process.exit(2);
  }
  held = (await begin()) && held;
}
process.exit(held ? 0 : 1);
