/**
 * One large batch as a person starts it: `npx chirpsmith upload` on a folder of many small files that this makes, with the
 * local stack in a process of its own. Measures what the stack takes of memory at its peak, how many calls and files are
 * under way at the provider at once, and what is billed. Linux only: the peak is what its kernel kept.
 *
 *   npm run bench:batch -- [--files 10000] [--limit 600] [--speed 200]
 *
 * Ends with 1 when the batch does not end with an id for each file in the order of the files, when the stack takes
 * --limit MB of memory or more, or when more was under way than is configured.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { defaultSettings } from '../functions/shared/settings.ts';
import { synthesize } from '../local/synth.ts';
import { ledgerEntrySchema } from '../packages/provider-sandbox/ledger.ts';
import { wavFile } from '../test-support/audio-files/wav.ts';
import { lastLine, peakMegabytes } from './batch/command.ts';
import { mostUnderWay } from './batch/under-way.ts';
import { startMeasuredStack } from './load/measured-stack.ts';
import { perSession } from './load/per-session.ts';
import { keepMeasured } from './performance/measured.ts';

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '10000' },
    limit: { type: 'string', default: '600' },
    speed: { type: 'string', default: '200' },
  },
});
const [count, limit, speed] = [Number(values.files), Number(values.limit), Number(values.speed)];

const outcomeShape = z.object({
  event: z.literal('session.uploaded'),
  sessionId: z.string(),
  seconds: z.number(),
  audioIds: z.array(z.string()),
  files: z.array(z.object({ file: z.string(), audioId: z.string().optional() })),
  differences: z.array(z.string()),
});
const ledgerShape = z.object({ entries: z.array(ledgerEntrySchema) });
const stateShape = z.object({ mostInFlight: z.number() });

const home = await mkdtemp(path.join(tmpdir(), 'chirpsmith-batch-'));
const folder = path.join(home, 'files');
const assembly = path.resolve(
  await synthesize({ home: path.join('node_modules', '.cache', 'chirpsmith-bench') }),
);
const stack = await startMeasuredStack({ home: path.join(home, 'stack'), assembly, speed, jumps: false });
try {
  await mkdir(folder);
  const names = Array.from({ length: count }, (_, index) => `${String(index + 1).padStart(5, '0')}.wav`);
  for (const [index, name] of names.entries()) {
    await writeFile(
      path.join(folder, name),
      wavFile({ seconds: 7, pitch: 20 + index / 10, sampleRate: 1000 }),
    );
  }
  const { pid } = stack;
  const { provider } = stack.ready;
  // Each call takes 10 ms, so that calls made at once are seen to be so.
  await fetch(`${provider}/_sandbox/settings`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ latency: 10 * speed }),
  });
  const before = await stack.usage();
  const outcome = outcomeShape.parse(JSON.parse(await lastLine(['upload', folder, '--json', '--yes'], home)));
  const ask = async (what: string): Promise<unknown> => (await fetch(`${provider}/_sandbox/${what}`)).json();
  const { entries } = ledgerShape.parse(await ask('ledger'));
  const { mostInFlight } = stateShape.parse(await ask('state'));
  const peak = await peakMegabytes(pid);
  const after = await stack.usage();
  const { cpuSeconds, transitions, invocations, requests, dollars } = await perSession(
    stack,
    outcome.sessionId,
    { before, after, sessions: 1 },
  );

  const { batchConcurrency } = defaultSettings.limits;
  const underWay = mostUnderWay(entries);
  const taken = entries.filter(({ call, taken }) => call === 'addToBatch' && taken).length;
  console.log(`${count} files: ${outcome.audioIds.length} ids in ${outcome.seconds} s at ${speed}× speed`);
  console.log(`the provider's list: ${outcome.differences.join('; ') || 'the same'}`);
  console.log(`calls: ${entries.length}, of them uploads: ${taken}`);
  console.log(
    `configured: ${batchConcurrency} at once; calls in flight: ${mostInFlight}; files: ${underWay}`,
  );
  console.log(
    `${cpuSeconds.toFixed(0)} s of CPU, ${transitions} transitions, ${invocations} invocations, ${requests} requests, at most ${dollars.toFixed(2)} $ without Lambda's time`,
  );
  console.log(`memory of the stack at its peak: ${peak} MB (limit ${limit})`);
  keepMeasured('batch', {
    files: count,
    seconds: outcome.seconds,
    speed,
    calls: entries.length,
    peakMegabytes: peak,
    ...{ cpuSeconds, transitions, invocations, requests, dollars },
  });
  const inOrder = outcome.files.every(({ file, audioId }, index) => file === names[index] && audioId);
  const complete = inOrder && new Set(outcome.audioIds).size === count && taken === count;
  const within = peak < limit && mostInFlight <= batchConcurrency && underWay <= batchConcurrency;
  process.exitCode = complete && within && outcome.differences.length === 0 ? 0 : 1;
} finally {
  await stack.kill();
  await rm(home, { recursive: true, force: true });
}
