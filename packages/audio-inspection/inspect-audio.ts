// biome-ignore-all lint/suspicious/noControlCharactersInRegex: files begin with bytes of every value
import { measureAiff } from './aiff.ts';
import { measureApe } from './ape.ts';
import { measureAsf } from './asf.ts';
import {
  boundSource,
  defaultReadBudget,
  type ReadBudget,
  ReadBudgetSpent,
  slice,
  UnreadableSource,
} from './bounded-source.ts';
import { measureDff, measureDsf } from './dsd.ts';
import { measureFlac } from './flac.ts';
import { conversionOf } from './formats.ts';
import type { AudioLimits, ByteSource, Inspection } from './inspection.ts';
import { otherAudioIn } from './kinds.ts';
import { measureMatroska } from './matroska.ts';
import { BrokenAudio, type Measured, textIn, Unusable } from './measured.ts';
import { measureMp4 } from './mp4.ts';
import { measureMpeg } from './mpeg.ts';
import { measureMusepack } from './musepack.ts';
import { measureOgg } from './ogg.ts';
import * as sentences from './problem-messages.ts';
import { asShown } from './problem-messages.ts';
import { type OtherFile, otherFileIn } from './signatures.ts';
import { audioStart } from './tags.ts';
import { measureWav } from './wav.ts';
import { measureWavPack } from './wavpack.ts';

/** What one inspection may cost. */
export interface InspectionCost {
  readonly budget?: ReadBudget;
  /** Milliseconds for the whole inspection; 20 s by default (a choice). */
  readonly timeoutMs?: number;
  /** Ends the inspection early. */
  readonly signal?: AbortSignal;
}

/** What an inspection found and what it cost. */
export interface InspectionWithCost {
  readonly inspection: Inspection;
  /** Reads of the source. */
  readonly reads: number;
  readonly bytesRead: number;
}

type Measure = (source: ByteSource) => Promise<Measured | undefined>;

/** How a file is measured by its first bytes, as Latin-1 text. */
const measures: readonly (readonly [RegExp, Measure])[] = [
  // Files for more than 4 GB begin with another code.
  [/^(?:RIFF|RF64|BW64)....WAVE/s, measureWav],
  [/^fLaC/, measureFlac],
  [/^OggS/, measureOgg],
  // An image may be in the same container.
  [/^....(?:free|mdat|moov|wide|ftyp(?!avi[fs]|mif1|msf1|hei[cx]|hev[cx]|crx ))/s, measureMp4],
  [/^\x1a\x45\xdf\xa3/, measureMatroska],
  [/^FORM/, measureAiff],
  [/^\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9/, measureAsf],
  [/^wvpk/, measureWavPack],
  [/^MAC /, measureApe],
  [/^MP(?:\+|CK)/, measureMusepack],
  [/^DSD /, measureDsf],
  [/^FRM8.{8}DSD /s, measureDff],
];

/**
 * Finds out what is in a file, by its content alone, and whether it can be used.
 * Costs at most 64 reads and 2 MB, also for content that was made to cost more.
 * @throws UnreadableSource after the time-out, or when the source gives too few bytes; and what `source.read` throws
 */
export async function inspectAudio(
  source: ByteSource,
  limits: AudioLimits,
  cost: InspectionCost = {},
): Promise<Inspection> {
  return (await inspectAudioWithCost(source, limits, cost)).inspection;
}

/** As {@link inspectAudio}, with the number of reads and bytes that it took. */
export async function inspectAudioWithCost(
  source: ByteSource,
  limits: AudioLimits,
  { budget = defaultReadBudget, timeoutMs = 20_000, signal }: InspectionCost = {},
): Promise<InspectionWithCost> {
  const timer = new AbortController();
  const timeout = setTimeout(() => {
    timer.abort(new UnreadableSource(`Reading the file took longer than ${timeoutMs / 1000} s.`));
  }, timeoutMs);
  const bounded = boundSource(
    source,
    budget,
    signal ? AbortSignal.any([signal, timer.signal]) : timer.signal,
  );
  try {
    const inspection = await inspect(bounded, limits);
    return { inspection, reads: bounded.reads, bytesRead: bounded.bytesRead };
  } finally {
    clearTimeout(timeout);
  }
}

async function inspect(source: ByteSource, limits: AudioLimits): Promise<Inspection> {
  if (source.size === 0) return sentences.empty();
  if (source.size > limits.maxBytes) return sentences.tooLarge(source.size, limits);
  try {
    const start = await audioStart(source);
    if (start >= source.size) throw new BrokenAudio('This file ends within its tags and holds no sound.');
    const found = await look(slice(source, start));
    return 'usable' in found ? found : judge(found, limits);
  } catch (error) {
    if (error instanceof Unusable) return sentences.unusable(error.problem, error.message);
    if (error instanceof ReadBudgetSpent) {
      const sentence = 'This file is built so oddly that its length cannot be found.';
      return sentences.unusable('broken', sentence);
    }
    throw error;
  }
}

/** What is in it; or the refusal of what is not measured. */
async function look(source: ByteSource): Promise<Measured | Inspection> {
  const other = await otherAudioIn(source);
  if (other) return sentences.unsupported(`${other.name} audio`, other.to);
  const start = textIn(await source.read(0, 16), 0, 16);
  const measure = measures.find(([begins]) => begins.test(start))?.[1];
  const found = await measure?.(source);
  if (found) return found;
  const file = measure ? undefined : await otherFileIn(source);
  if (file) return refuseOther(file);
  // MP3 and AAC have no header: they are known by frames that follow one another, perhaps after some padding.
  return (await measureMpeg(source)) ?? sentences.notAudio();
}

function judge(found: Measured, limits: AudioLimits): Inspection {
  const { format, extension, seconds, promisedSeconds } = found;
  const cut = promisedSeconds === undefined ? found.cut : sentences.cutShort(seconds, promisedSeconds);
  if (asShown(seconds) < asShown(limits.minSeconds)) {
    return cut ? sentences.unusable('broken', cut) : sentences.tooShort(seconds, limits);
  }
  if (asShown(seconds) > asShown(limits.maxSeconds)) return sentences.tooLong(seconds, limits);
  const warning = [cut, found.warning].filter(Boolean).join(' ');
  const convertTo = conversionOf(format);
  return {
    usable: true,
    format,
    extension,
    durationSeconds: Math.round(seconds * 1000) / 1000,
    ...(warning && { warning }),
    ...(cut && { cutShort: true }),
    ...(convertTo && { convertTo }),
  };
}

function refuseOther({ name, noun }: OtherFile): Inspection {
  // Notes are no sound: ffmpeg cannot play them.
  if (noun === 'audio') return sentences.unsupported(`${name} audio`, name === 'MID' ? undefined : 'mp3');
  // As the letters are said: an FLV, an XML, but a FIT.
  const article = /^(?:[AEIO]|[FHLMNRSX](?![AEIOU]))/.test(name) ? 'an' : 'a';
  const what = `${article} ${name} ${noun}`;
  return noun === 'video' ? sentences.unsupported(what, 'mp3') : sentences.notAudio(what);
}
