/**
 * A training of as many tracks as a model may have, as a person starts it: `npx chirpsmith train` on a folder that this
 * makes, with the local stack in a process of its own. Measures what the stack takes of memory at its peak. Linux only.
 *
 *   npm run bench:hundred-tracks -- [--tracks 100] [--limit 500] [--speed 100]
 *
 * Ends with 1 when there is no model of all tracks, each uploaded once, or the stack takes --limit MB of memory or more.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { ledgerEntrySchema, summarize } from '../packages/provider-sandbox/ledger.ts';
import { wavFile } from '../test-support/audio-files/wav.ts';
import { lastLine, peakMegabytes } from './batch/command.ts';
import { startStackProcess } from './kills/stack-process.ts';

const { values } = parseArgs({
  options: {
    tracks: { type: 'string', default: '100' },
    limit: { type: 'string', default: '500' },
    speed: { type: 'string', default: '100' },
  },
});
const [count, limit, speed] = [Number(values.tracks), Number(values.limit), Number(values.speed)];
const outcomeShape = z.object({ event: z.string(), seconds: z.number().optional() });
const ledgerShape = z.object({ entries: z.array(ledgerEntrySchema) });

const home = await mkdtemp(path.join(tmpdir(), 'chirpsmith-hundred-'));
const folder = path.join(home, 'files');
const stack = startStackProcess({ home: path.join(home, 'stack'), speed });
try {
  await mkdir(folder);
  for (let index = 0; index < count; index++) {
    const bytes = wavFile({ seconds: 7, pitch: 220 + 5 * index, sampleRate: 8000 });
    await writeFile(path.join(folder, `${String(index + 1).padStart(3, '0')}.wav`), bytes);
  }
  const { provider, pid } = await stack.ready;
  const train = ['train', folder, '--name', 'Hundred', '--json', '--yes'];
  const { event, seconds } = outcomeShape.parse(JSON.parse(await lastLine(train, home)));
  const ledger: unknown = await (await fetch(`${provider}/_sandbox/ledger`)).json();
  const { calls, credits } = summarize(ledgerShape.parse(ledger).entries);
  const peak = await peakMegabytes(pid);
  console.log(`${count} tracks: ${event} in ${seconds} s at ${speed}× speed, ${credits} credits`);
  console.log(`calls: ${JSON.stringify(calls)}`);
  console.log(`memory of the stack at its peak: ${peak} MB (limit ${limit})`);
  const complete = event === 'session.ready' && calls.upload === count && calls.create === 1;
  process.exitCode = complete && peak < limit ? 0 : 1;
} finally {
  await stack.kill();
  await rm(home, { recursive: true, force: true });
}
