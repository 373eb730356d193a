import fc from 'fast-check';
import { inspectAudioWithCost } from '../../packages/audio-inspection/inspect-audio.ts';
import { join, little } from '../../test-support/audio-files/bytes.ts';
import { flacFile } from '../../test-support/audio-files/flac.ts';
import { matroskaFile } from '../../test-support/audio-files/matroska.ts';
import { mp3File } from '../../test-support/audio-files/mp3.ts';
import { fragmentedMp4, mp4File } from '../../test-support/audio-files/mp4.ts';
import { opusFile } from '../../test-support/audio-files/ogg.ts';
import {
  aiffFile,
  apeFile,
  dffFile,
  dsfFile,
  musepack7File,
  musepackFile,
  wavPackFile,
  wmaFile,
} from '../../test-support/audio-files/rarer.ts';
import { countedSource } from '../../test-support/audio-files/source.ts';
import { mp3Wav, wavFile } from '../../test-support/audio-files/wav.ts';
import type { Target } from './target.ts';

const limits = { minSeconds: 6, maxSeconds: 1800, maxBytes: 500 * 1024 * 1024 };
/** What an inspection may cost. */
const most = { reads: 64, bytes: 2_000_000 };

const whole: ReadonlyMap<string, Uint8Array> = new Map([
  ['WAV', wavFile({ seconds: 8 })],
  ['MP3 in a WAV', mp3Wav(mp3File({ seconds: 8, rate: 'varying' }))],
  ['FLAC', flacFile({ seconds: 8 })],
  ['MP3 with Xing', mp3File({ seconds: 8, rate: 'xing' })],
  ['MP3 with VBRI and a tag', mp3File({ seconds: 8, rate: 'vbri', tagBytes: 300 })],
  ['long MP3 with a varying rate', mp3File({ seconds: 220, rate: 'quiet-first' })],
  ['Opus', opusFile({ seconds: 8 })],
  ['M4A', mp4File({ seconds: 10 })],
  [
    'M4A with edits, described at its end',
    mp4File({ seconds: 10, moov: 'end', edits: [{ from: 0.1, seconds: 9 }] }),
  ],
  ['QuickTime', mp4File({ seconds: 10, brand: 'none', secondHandler: true, wide: true, pictureSeconds: 20 })],
  ['fragments', fragmentedMp4({ seconds: 10, inMovie: 2, promised: 10, indexed: 10, index: true })],
  ['fragments that do not say when they begin', fragmentedMp4({ seconds: 60, from: 'untold' })],
  ['WebM of a browser', matroskaFile({ seconds: 10, open: true })],
  [
    'Matroska',
    matroskaFile({ seconds: 8, pictureSeconds: 20, stated: 20, tagged: 8, cues: true, type: 'matroska' }),
  ],
  [
    'long Matroska',
    matroskaFile({ seconds: 10, pictureSeconds: 40, stated: 40, cues: true, pictureBytes: 90_000 }),
  ],
  ['AIFF', aiffFile({ seconds: 8, tagBytes: 200 })],
  ['AIFC', aiffFile({ seconds: 8, compression: 'ima4' })],
  ['WMA', wmaFile({ seconds: 8 })],
  ['live WMA', wmaFile({ seconds: 8, live: true })],
  ['WavPack', wavPackFile({ seconds: 8 })],
  ['Musepack 8', musepackFile({ seconds: 8 })],
  ['Musepack 7', musepack7File({ frames: 400 })],
  ["Monkey's Audio", apeFile({ seconds: 8, bytes: 20_000 })],
  ['DSF', dsfFile({ seconds: 7, bytes: 60_000 })],
  ['DSDIFF', dffFile({ bytes: 60_000, statedBytes: 3_000_000 })],
]);

/** Numbers that sizes and counts break at. */
const sizes = [0, 1, 7, 8, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

/** One change; `at` is the share of the file where it begins, early or anywhere, because headers lie early. */
interface Change {
  readonly kind: 'flip' | 'byte' | 'size' | 'zeros' | 'cut' | 'copy' | 'behind';
  readonly at: number;
  readonly early: boolean;
  readonly value: number;
  readonly length: number;
}

const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom('flip', 'flip', 'byte', 'size', 'size', 'zeros', 'cut', 'copy', 'behind'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  early: fc.boolean(),
  value: fc.nat(255),
  length: fc.nat(70_000),
});

export interface DamagedFile {
  readonly name: string;
  readonly changes: readonly Change[];
}

/** The bytes of a file after its changes. */
function damaged({ name, changes }: DamagedFile): Uint8Array {
  let bytes: Uint8Array = (whole.get(name) ?? new Uint8Array()).slice();
  for (const { kind, at, early, value, length } of changes) {
    const place = Math.floor(at * (early ? Math.min(1200, bytes.length) : bytes.length));
    if (kind === 'cut') bytes = bytes.slice(0, early ? Math.max(place, 1) : place);
    if (kind === 'behind') bytes = join(bytes, new Uint8Array(length).fill(value));
    if (kind === 'zeros') bytes.fill(0, place, early ? place + (length % 64) : place + length);
    if (kind === 'copy') bytes.copyWithin(Math.floor(at * place), place, place + length);
    if (place >= bytes.length) continue;
    if (kind === 'flip') bytes[place] = (bytes[place] ?? 0) ^ (1 << (value % 8));
    if (kind === 'byte') bytes[place] = value;
    const number = little(sizes[value % sizes.length] ?? 0, 4);
    if (kind === 'size' && place + 4 <= bytes.length)
      bytes.set(value % 2 === 0 ? number : number.reverse(), place);
  }
  return bytes;
}

/** The inspection of audio: every file gets a verdict within the bounds of reads and bytes. */
export const audioTarget: Target<DamagedFile> = {
  name: 'the inspection of audio',
  input: fc.record({
    name: fc.constantFrom(...whole.keys()),
    changes: fc.array(change, { minLength: 1, maxLength: 8 }),
  }),
  async play(input) {
    const source = countedSource(damaged(input));
    const { inspection } = await inspectAudioWithCost(source, limits);
    const broken: string[] = [];
    if (source.reads > most.reads) broken.push(`took ${source.reads} reads`);
    if (source.bytesRead > most.bytes) broken.push(`took ${source.bytesRead} bytes`);
    if (!inspection.usable) {
      if (!/[^.]\.$/.test(inspection.reason)) broken.push(`is no sentence: ${inspection.reason}`);
      if (/NaN|Infinity|undefined|\s-\d/.test(inspection.reason))
        broken.push(`is nonsense: ${inspection.reason}`);
      return broken;
    }
    const { durationSeconds, warning = '' } = inspection;
    // As long as is shown as thirty minutes.
    if (!(durationSeconds >= 5.9 && durationSeconds <= 1800.5)) broken.push(`is ${durationSeconds} s`);
    if (/NaN|Infinity|undefined/.test(warning)) broken.push(`warns with nonsense: ${warning}`);
    return broken;
  },
};
