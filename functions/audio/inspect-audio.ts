import { type FileTypeResult, fileTypeFromTokenizer } from 'file-type';
import { ChirpsmithError } from '../shared/errors.ts';
import { boundSource, defaultReadBudget, type ReadBudget, ReadBudgetSpent, slice } from './bounded-source.ts';
import { measureByMetadata } from './by-metadata.ts';
import { measureFlac } from './flac.ts';
import type { AudioLimits, ByteSource, Inspection } from './inspection.ts';
import { BrokenAudio, type Measured, NoAudio, textIn } from './measured.ts';
import { measureMp4 } from './mp4.ts';
import { measureMpeg } from './mpeg.ts';
import { measureOgg } from './ogg.ts';
import * as sentences from './sentences.ts';
import { SourceTokenizer } from './source-tokenizer.ts';
import { audioStart } from './tags.ts';
import { measureWav } from './wav.ts';

/** What one inspection may cost. */
export interface InspectionCost {
  readonly budget?: ReadBudget;
  /** Milliseconds for the whole inspection; 20 s unless told (a choice). */
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

/** How each type that `file-type` knows by content is measured; keys are its extensions. */
const measures: ReadonlyMap<string, Measure> = new Map<string, Measure>([
  ['wav', measureWav],
  ['flac', measureFlac],
  ...['mp3', 'mp2', 'mp1', 'aac'].map((type) => [type, measureMpeg] as const),
  ...['ogg', 'oga', 'opus', 'spx', 'ogv', 'ogm', 'ogx'].map((type) => [type, measureOgg] as const),
  ...['m4a', 'm4b', 'm4v', 'mp4', 'mov', '3gp', '3g2', 'f4a', 'f4b', 'f4v'].map(
    (type) => [type, measureMp4] as const,
  ),
  ...['mkv', 'webm', 'aif', 'asf', 'wv', 'ape', 'mpc', 'dsf', 'dff'].map(
    (type) => [type, measureByMetadata] as const,
  ),
]);

/**
 * Finds out what is in a file, by its content alone, and whether it can be used.
 * Costs at most 64 reads and 2 MB whatever the content is.
 * @throws ChirpsmithError `StorageUnavailable` after the time-out, and whatever `source.read` throws
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
    const after = `Reading the file took longer than ${timeoutMs / 1000} s.`;
    timer.abort(new ChirpsmithError('StorageUnavailable', after));
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
    if (start >= source.size) {
      return sentences.broken('This file ends within its tags and holds no sound.');
    }
    return judge(await measure(slice(source, start)), limits);
  } catch (error) {
    if (error instanceof BrokenAudio) return sentences.broken(error.message);
    if (error instanceof NoAudio) return sentences.noSound(error.message);
    if (error instanceof ReadBudgetSpent) {
      return sentences.broken('This file is built so oddly that its length cannot be found.');
    }
    throw error;
  }
}

/** What is in it, or the type of what it is instead, if that is known. */
async function measure(source: ByteSource): Promise<Measured | FileTypeResult | undefined> {
  if (await isLongWav(source)) return measureWav(source);
  const tokenizer = new SourceTokenizer(source);
  const type = await fileTypeFromTokenizer(tokenizer).catch(() => undefined);
  if (tokenizer.sourceError && !(tokenizer.sourceError instanceof ReadBudgetSpent)) {
    throw tokenizer.sourceError;
  }
  const known = type && measures.get(type.ext);
  if (known) return known(source);
  if (type) return type;
  // `file-type` wants the first frame at the very beginning; frames after some padding are MP3 as well.
  return measureMpeg(source);
}

/** WAV files for more than 4 GB begin with another word, which `file-type` does not know. */
async function isLongWav(source: ByteSource): Promise<boolean> {
  const bytes = await source.read(0, 12);
  return ['RF64', 'BW64'].includes(textIn(bytes, 0, 4)) && textIn(bytes, 8, 12) === 'WAVE';
}

function judge(found: Measured | FileTypeResult | undefined, limits: AudioLimits): Inspection {
  if (!found) return sentences.notAudio();
  if (!('seconds' in found)) return refuseOther(found);
  const { format, extension, seconds, promisedSeconds } = found;
  const cut = promisedSeconds === undefined ? undefined : sentences.cutShort(seconds, promisedSeconds);
  if (seconds < limits.minSeconds) {
    return cut ? sentences.broken(cut) : sentences.tooShort(seconds, limits);
  }
  if (seconds > limits.maxSeconds) return sentences.tooLong(seconds, limits);
  const warning = [cut && `${cut}.`, found.warning].filter(Boolean).join(' ');
  return {
    usable: true,
    format,
    extension,
    durationSeconds: Math.round(seconds * 1000) / 1000,
    ...(warning && { warning }),
    ...(cut && { cutShort: true }),
  };
}

function refuseOther({ ext, mime }: FileTypeResult): Inspection {
  const name = ext === 'jpg' ? 'JPEG' : ext.toUpperCase();
  if (mime.startsWith('audio/')) return sentences.unsupported(name);
  const [kind = ''] = mime.split('/');
  const noun = ['image', 'video', 'font'].includes(kind) ? kind : ext === 'pdf' ? 'document' : 'file';
  // As the letters are said: an FLV, an XML, but a FIT.
  const article = /^(?:[AEIO]|[FHLMNRSX](?![AEIOU]))/.test(name) ? 'an' : 'a';
  return sentences.notAudio(`${article} ${name} ${noun}`);
}
