/**
 * How the inspection judges audio as programs write it: some 300 files are made by commands of ffmpeg, sox, lame,
 * GStreamer and others, inspected, and decoded by ffmpeg for comparison. Prints what was judged otherwise, and the
 * table. Ends with 1 if a file without sound was taken, a whole one refused, or a length is off by more than 0.5 %
 * and 0.1 s. Programs that are missing are named; their files are left out.
 *
 *   npm run bench:audio -- [--keep FOLDER] [--only WORD]
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { openLocalFile } from '../cli/local-file.ts';
import { inspectAudioWithCost } from '../packages/audio-inspection/inspect-audio.ts';
import type { Inspection } from '../packages/audio-inspection/inspection.ts';
import { type Expected, type Recipe, recipes } from './audio/recipes.ts';

const { values } = parseArgs({ options: { keep: { type: 'string' }, only: { type: 'string' } } });
const run = promisify(execFile);
const limits = { minSeconds: 6, maxSeconds: 1800, maxBytes: 500 * 1024 * 1024 };
const sources = [
  // Tones that change, and some noise: encoders with a varying rate vary it.
  `ffmpeg -v error -y -f lavfi -i "aevalsrc='0.4*sin(2*PI*(220+40*floor(t))*t)*(0.3+0.7*abs(sin(t)))+0.05*random(0)':s=44100:d=61" -ac 1 -ar 22050 song.wav`,
  'ffmpeg -v error -y -i song.wav -t 10 ten.wav',
  'ffmpeg -v error -y -i song.wav -t 30 -ac 2 -ar 44100 stereo30.wav',
  'ffmpeg -v error -y -i song.wav -t 20 -ac 2 -ar 44100 cd.wav',
  'ffmpeg -v error -y -i ten.wav -ar 16000 ten16.wav',
];

const folder = values.keep ?? (await mkdtemp(join(tmpdir(), 'chirpsmith-audio-')));
await mkdir(folder, { recursive: true });
const shell = (command: string, env: Record<string, string> = {}) =>
  run('sh', ['-c', command], {
    cwd: folder,
    env: { ...process.env, ...env },
    timeout: 120_000,
    maxBuffer: 1e6,
  });
const has = async (program: string) =>
  shell(`command -v ${program}`).then(
    () => true,
    () => false,
  );

if (!(await has('ffmpeg'))) {
  console.error('bench:audio needs ffmpeg on the PATH, as in: sudo apt-get install ffmpeg');
  process.exit(2);
}
for (const command of sources) await shell(command);

/** Seconds of sound that ffmpeg decodes; nothing where it finds none. */
async function decodedSeconds(file: string): Promise<number | undefined> {
  const rate = 8000;
  const command = `ffmpeg -v quiet -nostdin -i "$FILE" -map 0:a:0 -ac 1 -ar ${rate} -f s16le - | wc -c`;
  const { stdout } = await shell(command, { FILE: file });
  const seconds = Number(stdout) / 2 / rate;
  return seconds > 0 ? seconds : undefined;
}

/** Seconds as ffprobe has them. */
async function probedSeconds(file: string): Promise<number | undefined> {
  const entries = 'stream=duration:format=duration';
  const command = `ffprobe -v quiet -select_streams a:0 -show_entries ${entries} -of csv=p=0 "$FILE"`;
  const { stdout } = await shell(command, { FILE: file }).catch(() => ({ stdout: '' }));
  const [first] = stdout.split(/[\s,]+/).filter((word) => /^\d/.test(word));
  return first === undefined ? undefined : Number(first);
}

type Got = 'taken' | 'taken as cut' | 'refused as broken' | 'refused';
const gotOf = (found: Inspection): Got => {
  if (found.usable) return found.cutShort ? 'taken as cut' : 'taken';
  return found.problem === 'broken' ? 'refused as broken' : 'refused';
};
const right: Record<Expected, readonly Got[]> = {
  taken: ['taken'],
  cut: ['taken as cut', 'refused as broken'],
  refused: ['refused', 'refused as broken'],
};

const table = new Map<string, number>();
const missing = new Set<string>();
const faults: string[] = [];
let made = 0;
let compared = 0;
let worst = { off: 0, name: '' };
let most = { reads: 0, bytes: 0, ms: 0 };

async function judge({ name, expected }: Recipe): Promise<void> {
  const path = join(folder, name);
  const file = await openLocalFile(path);
  const began = performance.now();
  const { inspection, reads, bytesRead } = await inspectAudioWithCost(file.source, limits);
  const ms = performance.now() - began;
  await file.close();
  most = {
    reads: Math.max(most.reads, reads),
    bytes: Math.max(most.bytes, bytesRead),
    ms: Math.max(most.ms, ms),
  };
  const got = gotOf(inspection);
  const cell = `${expected}|${got}`;
  table.set(cell, (table.get(cell) ?? 0) + 1);
  const said = inspection.usable ? (inspection.warning ?? inspection.format) : inspection.reason;
  if (!right[expected].includes(got)) faults.push(`${name}: ${expected} expected, ${got}: ${said}`);
  if (!inspection.usable) return;
  const decoded = await decodedSeconds(path);
  if (decoded === undefined) {
    faults.push(`${name}: taken, but ffmpeg decodes nothing of it: ${said}`);
    return;
  }
  if (expected !== 'taken') return;
  compared++;
  const probed = await probedSeconds(path);
  const off = Math.min(
    ...[decoded, probed ?? decoded].map((seconds) => Math.abs(inspection.durationSeconds - seconds)),
  );
  if (off > worst.off) worst = { off, name };
  if (off > Math.max(0.1, decoded * 0.005)) {
    faults.push(
      `${name}: ${inspection.durationSeconds} s; decoded ${decoded.toFixed(2)} s, ffprobe ${probed} s`,
    );
  }
}

const began = performance.now();
for (const recipe of recipes) {
  if (values.only !== undefined && !recipe.name.includes(values.only)) continue;
  if (!(await has(recipe.needs))) {
    missing.add(recipe.needs);
    continue;
  }
  const path = join(folder, recipe.name);
  if (
    !(await stat(path).then(
      ({ size }) => size > 0,
      () => false,
    ))
  ) {
    const failed = await shell(recipe.command, { OUT: recipe.name }).then(() => undefined, String);
    if (failed !== undefined) {
      console.log(`not made: ${recipe.name} (${failed.split('\n').filter(Boolean).at(-1)})`);
      continue;
    }
  }
  made++;
  await judge(recipe);
}

for (const fault of faults) console.log(fault);
const columns: readonly Got[] = ['taken', 'taken as cut', 'refused as broken', 'refused'];
console.log(`\n${'expected'.padEnd(12)}${columns.map((column) => column.padStart(19)).join('')}`);
for (const row of ['taken', 'cut', 'refused'] as const) {
  const cells = columns.map((column) => String(table.get(`${row}|${column}`) ?? 0).padStart(19));
  console.log(`${row.padEnd(12)}${cells.join('')}`);
}
if (missing.size > 0) console.log(`\nNot on this machine: ${[...missing].join(', ')}.`);
console.log(
  `\n${made} files in ${((performance.now() - began) / 1000).toFixed(0)} s, ${compared} lengths compared, the worst off by ` +
    `${worst.off.toFixed(3)} s (${worst.name}); at most ${most.reads} reads, ${most.bytes} bytes and ${most.ms.toFixed(0)} ms; ` +
    `${faults.length} judged otherwise`,
);
if (values.keep === undefined) await rm(folder, { recursive: true });
process.exit(faults.length === 0 ? 0 : 1);
