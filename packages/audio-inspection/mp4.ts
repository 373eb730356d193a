import { box, type Chunk, chunks, content } from './chunks.ts';
import type { ByteSource } from './inspection.ts';
import {
  BrokenAudio,
  type Measured,
  mustFit,
  NoAudio,
  ProtectedAudio,
  promise,
  textIn,
  videoWarning,
} from './measured.ts';
import { measureFragments } from './mp4-fragments.ts';
import { type MeasuredSound, type Movie, readMovie, type SoundTrack, silentZeros } from './mp4-movie.ts';
import { samplesBefore, secondsOfSamples } from './mp4-samples.ts';
import { startOfZeros } from './zero-tail.ts';

/** Sample entries whose sound is encrypted, as FairPlay, Common Encryption and Audible write them. */
const encrypted = new Set(['drms', 'enca', 'drmi', 'aavd']);
/** More boxes than this in front of the sound are in no file that a program wrote (a choice). */
const mostBoxes = 200;

/**
 * Measures an MP4, M4A, 3GP or QuickTime file: its sample tables say how long its sound is and where each part of it
 * lies, so that of a file that was cut short the part that is there is known. What the tables do not list comes in
 * fragments. Only the headers of boxes and parts of the tables are read, never covers or other tags.
 * @throws BrokenAudio, NoAudio, ProtectedAudio, ReadBudgetSpent
 */
export async function measureMp4(source: ByteSource): Promise<Measured> {
  const { brand, moov, fragment } = await readOutline(source);
  const movie = await readMovie(source, moov);
  const { sound, hasPicture } = movie;
  if (!sound) throw new NoAudio('There is no sound in this file.');
  if (encrypted.has(sound.entry)) throw new ProtectedAudio();

  const measured = fragment
    ? await measureFragments(source, movie, sound, fragment)
    : await measureSamples(source, movie, sound);
  mustFit(measured.promisedSeconds ?? measured.seconds, Math.max(source.size, measured.sizeWhenWhole ?? 0));
  const { seconds, promisedSeconds, cut } = measured;
  const warning = measured.warning ?? (hasPicture ? videoWarning : undefined);
  return {
    ...nameOf(brand, sound.codec, hasPicture),
    seconds,
    ...(promisedSeconds !== undefined && { promisedSeconds }),
    ...(cut !== undefined && { cut }),
    ...(warning !== undefined && { warning }),
  };
}

/** The brand of the file, the box that describes it, and its first fragment behind that, if there are any. */
async function readOutline(source: ByteSource) {
  let brand: string | undefined;
  let moov: Chunk | undefined;
  let fragment: Chunk | undefined;
  let cut = false;
  let count = 0;
  for await (const found of chunks(source, box, 0)) {
    if (found.id === 'ftyp') brand = textIn(await content(source, found, 4), 0, 4);
    if (found.id === 'moof') fragment = found;
    if (found.id === 'moov') moov = found;
    if (moov && (fragment || !(await isFragmented(source, moov)))) break;
    cut = found.end > source.size;
    if (++count > mostBoxes) break;
  }
  if (moov && moov.end <= source.size) return { brand, moov, fragment };
  throw new BrokenAudio(
    cut || moov
      ? 'This file is cut short: it ends before the part that describes its sound.'
      : 'This file lacks the part that describes its sound; its recording was not finished.',
  );
}

async function isFragmented(source: ByteSource, moov: Chunk): Promise<boolean> {
  for await (const { id } of chunks(source, box, moov.body, moov.end)) if (id === 'mvex') return true;
  return false;
}

async function measureSamples(source: ByteSource, movie: Movie, sound: SoundTrack): Promise<MeasuredSound> {
  const all = await secondsOfSamples(source, sound, sound.samples);
  if (all <= 0) {
    throw movie.isFragmented || sound.samples > 0
      ? new BrokenAudio('This file holds no sound: its recording was not finished.')
      : new NoAudio('There is no sound in this file.');
  }
  const { start, end, samples } = await samplesBefore(source, sound, source.size);
  const filled = silentZeros.has(sound.codec) ? end : await startOfZeros(source, start, end);
  const held = filled < end ? (await samplesBefore(source, sound, filled)).samples : samples;
  const whole = held >= sound.samples;
  const there = whole ? all : await secondsOfSamples(source, sound, held);
  const seconds = playedOf(sound, there);
  const promised = playedOf(sound, all);
  if (seconds <= 0) throw new BrokenAudio('This file is cut short: it ends before its sound does.');
  // Its tables may list the sound of a much larger file.
  const sizeWhenWhole = whole ? source.size : (source.size * sound.samples) / Math.max(1, held);
  return { seconds, sizeWhenWhole, ...promise(promised, seconds) };
}

/** Seconds that are played of the first `seconds` of the sound: the edit list may leave out parts of it. */
function playedOf({ edits }: SoundTrack, seconds: number): number {
  if (edits.length === 0) return seconds;
  return edits.reduce((sum, edit) => sum + Math.max(0, Math.min(edit.seconds, seconds - edit.from)), 0);
}

function nameOf(brand: string | undefined, codec: string, hasPicture: boolean) {
  // Files of QuickTime are older than the box that says so.
  if (brand === undefined || brand.startsWith('qt'))
    return { format: `QuickTime (${codec})`, extension: 'mov' };
  if (brand.startsWith('3g')) return { format: `3GP (${codec})`, extension: '3gp' };
  return hasPicture
    ? { format: `MP4 (${codec})`, extension: 'mp4' }
    : { format: `M4A (${codec})`, extension: 'm4a' };
}
