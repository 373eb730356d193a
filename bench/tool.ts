/**
 * How long the tool itself takes: synth, the start of the stack, and `train` on the eight sample pieces at the default speed,
 * over the provider's own time. Keeps the middle values for `npm run bench`.
 *
 *   npm run bench:tool -- [--times 3]
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { sandboxSpeed } from '../local/provider-time.ts';
import { synthesize } from '../local/synth.ts';
import { changeSchema } from '../packages/provider-sandbox/journal.ts';
import type { Task } from '../packages/provider-sandbox/task.ts';
import { makeSamples } from '../packages/sample-music/make-samples.ts';
import { lastLine } from './batch/command.ts';
import { startStackProcess } from './kills/stack-process.ts';
import { keepMeasured } from './performance/measured.ts';

const { values } = parseArgs({ options: { times: { type: 'string', default: '3' } } });
const times = Number(values.times);

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

async function middle(work: () => Promise<number>): Promise<number> {
  const found: number[] = [];
  for (let time = 0; time < times; time++) found.push(await work());
  return found.sort((a, b) => a - b)[Math.floor(times / 2)] ?? Number.NaN;
}

/** Seconds of the provider's for the longest upload and the training, as its journal has them. */
function providerSeconds(journal: string): number {
  const tasks = readFileSync(journal, 'utf8')
    .split('\n')
    .filter(Boolean)
    .flatMap((line): Task[] => {
      const { task } = changeSchema.parse(JSON.parse(line));
      return task ? [task] : [];
    });
  const longest = (kind: Task['kind']) =>
    Math.max(...tasks.flatMap((task) => (task.kind === kind ? [task.total] : [])));
  return (longest('upload') + longest('training')) / 1000 / sandboxSpeed;
}

const root = mkdtempSync(path.join(tmpdir(), 'chirpsmith-tool-'));
const home = path.join(root, 'stack');
const listening = (where: string) =>
  seconds(async () => {
    const stack = startStackProcess({ home: where, speed: sandboxSpeed });
    await stack.ready;
    stop = () => stack.kill();
  });
let stop = async () => {};

try {
  const listeningCold = await listening(home);
  await stop();
  const synthCold = await seconds(() => synthesize({ home: path.join(root, 'other') }));
  const synthWarm = await middle(() => seconds(() => synthesize({ home })));
  const listeningWarm = await middle(async () => {
    const took = await listening(home);
    await stop();
    return took;
  });
  const samples = path.join(root, 'samples');
  await makeSamples(samples);
  const runs: { whole: number; provider: number; beyond: number }[] = [];
  for (let time = 0; time < times; time++) {
    rmSync(path.join(home, 'provider'), { recursive: true, force: true });
    const args = ['train', samples, '--name', `Night ${time}`, '--again', '--json', '--yes'];
    const whole = await seconds(() => lastLine(args, root));
    const provider = providerSeconds(path.join(home, 'provider', 'journal.jsonl'));
    runs.push({ whole, provider, beyond: whole - provider });
    console.log(`train: ${whole.toFixed(2)} s, of them the provider ${provider.toFixed(2)} s`);
  }
  const train = runs.sort((a, b) => a.beyond - b.beyond)[Math.floor(times / 2)];
  if (!train) throw new Error('--times is at least 1.');
  const found = { synthCold, synthWarm, listeningCold, listeningWarm, train };
  console.log(found);
  keepMeasured('tool', found);
} finally {
  await stop();
  rmSync(root, { recursive: true, force: true });
}
