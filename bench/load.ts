/**
 * Many sessions on the local stack, in a process of its own that is measured: so many at once, at its default speed, then
 * one after the other, on a clock that jumps, and lists of so many. `npm run bench` shows what was measured last.
 *
 *   npm run bench:load -- [--at-once 10,50,200] [--in-a-row 500] [--lists 10,100,1000,10000] [--tracks 24]
 *
 * An empty value leaves a part out. Ends with 1 when a session has no model, the stack holds over 60 MB more after the last
 * of the row than after 50, or a longer list costs more.
 * Linux only: the peak of the memory is what its kernel kept.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { synthesize } from '../local/synth.ts';
import { wavFile } from '../test-support/audio-files/wav.ts';
import { type AtOnce, runAtOnce } from './load/at-once.ts';
import { runInARow } from './load/in-a-row.ts';
import { grownLists, measureLists } from './load/lists.ts';
import { keepMeasured } from './performance/measured.ts';

const { values } = parseArgs({
  options: {
    'at-once': { type: 'string', default: '10,50,200' },
    'in-a-row': { type: 'string', default: '500' },
    lists: { type: 'string', default: '10,100,1000,10000' },
    tracks: { type: 'string', default: '24' },
  },
});
/** Megabytes that the stack may hold more after the last session of the row than after 50. */
const mayGrow = 60;

const assembly = path.resolve(
  await synthesize({ home: path.join('node_modules', '.cache', 'chirpsmith-bench') }),
);
const files = Array.from({ length: Number(values.tracks) }, (_, index) => ({
  name: `song ${index + 1}.wav`,
  bytes: wavFile({ seconds: 7, pitch: 40 + 15 * index, sampleRate: 1000 }),
}));
const problems: string[] = [];
const numbersIn = (text: string) => text.split(',').filter(Boolean).map(Number);

const tracks = files.length;
const atOnce: AtOnce[] = [];
for (const sessions of numbersIn(values['at-once'])) {
  const run = await runAtOnce(sessions, files, { assembly, log: (line) => console.log(line) });
  const { ready, failures, seconds, peakMegabytes, loop, perSession } = run;
  const { cpuSeconds, transitions, invocations, requests, dollars } = perSession;
  console.log(
    `${sessions} at once: ${ready} ready in ${seconds.toFixed(1)} s (${((60 * ready) / seconds).toFixed(0)} a minute), at most ${peakMegabytes} MB`,
  );
  console.log(
    `  event loop late by ${loop.p50.toFixed(0)} ms (p50), ${loop.p99.toFixed(0)} ms (p99), ${loop.max.toFixed(0)} ms at most`,
  );
  console.log(
    `  each: ${cpuSeconds.toFixed(2)} s of CPU, ${transitions.toFixed(1)} transitions, ${invocations.toFixed(1)} invocations, ${requests.toFixed(0)} requests, ${dollars.toFixed(5)} $ without Lambda's time`,
  );
  problems.push(...failures);
  atOnce.push(run);
}

if (atOnce.length > 0) keepMeasured('load', { tracks, atOnce });

const inARow = Number(values['in-a-row']);
if (inARow > 0) {
  const held = await runInARow(inARow, files, {
    assembly,
    log: ({ sessions, rssMegabytes, anonymousMegabytes, heapMegabytes }) =>
      console.log(
        `after ${sessions} in a row: ${rssMegabytes.toFixed(0)} MB, ${anonymousMegabytes.toFixed(0)} without files, heap ${heapMegabytes.toFixed(1)}`,
      ),
  });
  keepMeasured('memory', { tracks, inARow: held });
  const grown = (held.at(-1)?.rssMegabytes ?? 0) - (held[0]?.rssMegabytes ?? 0);
  console.log(`grown by ${grown.toFixed(0)} MB since the first 50`);
  if (grown > mayGrow) problems.push(`The stack grew by ${grown.toFixed(0)} MB.`);
}

const lengths = numbersIn(values.lists);
if (lengths.length > 0) {
  const lists = await measureLists(lengths, files.slice(0, 6), {
    assembly,
    rounds: 40,
    log: (line) => console.log(line),
  });
  console.table(lists);
  keepMeasured('lists', { tracks: Math.min(6, tracks), lists });
  problems.push(...grownLists(lists));
}
for (const problem of problems) console.log(`PROBLEM: ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;
