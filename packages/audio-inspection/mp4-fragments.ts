import { slice } from './bounded-source.ts';
import { hexOf, lastPlaceOf, letters } from './bytes.ts';
import { box, type Chunk, chunks, content } from './chunks.ts';
import type { ByteSource } from './inspection.ts';
import { BrokenAudio, numbersIn, promise } from './measured.ts';
import { type MeasuredSound, type Movie, type SoundTrack, silentZeros } from './mp4-movie.ts';
import { secondsOfSamples } from './mp4-samples.ts';
import { startOfZeros } from './zero-tail.ts';

/** How much of the end is searched for the last fragment, step by step. */
const moofType = letters('moof');
const tails = [64 * 1024, 256 * 1024, 1024 * 1024];
/** Fragments that are walked through where the last one cannot be found, or does not say when it begins. */
const mostWalked = 30;

/** The sound of one fragment, times in the units of its track. */
interface Fragment {
  readonly at: number;
  readonly end: number;
  /** When it begins, where it says so. */
  readonly start: number | undefined;
  readonly duration: number;
  /** Where the bytes of its sound end. */
  readonly soundEnd: number;
  readonly soundBytes: number;
}

/**
 * Measures a movie in fragments, of which there may be thousands: the last one says when it begins and what it holds.
 * It is found from the end, by the index there or by its letters.
 * @param first the first fragment behind `moov`
 */
export async function measureFragments(
  file: ByteSource,
  movie: Movie,
  sound: SoundTrack,
  first: Chunk,
): Promise<MeasuredSound> {
  const filled = silentZeros.has(sound.codec) ? file.size : await startOfZeros(file, first.at, file.size);
  const source = slice(file, 0, filled);
  const read = (moof: Chunk) => readFragment(source, moof, sound, movie.sampleDurations.get(sound.id) ?? 0);
  const inMovie = (await secondsOfSamples(source, sound, sound.samples)) * sound.timescale;
  const beginning = await read(first);
  const last = (await indexedFragment(source, sound.id, read)) ?? (await lastFragment(source, read));
  // Sound that was taken out of a broadcast does not begin at 0.
  const skipped = inMovie > 0 ? 0 : (beginning?.start ?? 0);
  const delay = Math.max(0, sound.edits[0]?.from ?? 0);
  const promisedSeconds = (await promisedIn(source, first)) ?? movie.seconds;

  if (last?.start === undefined) {
    const walked = await walk(source, first, read);
    if (inMovie + walked.duration <= 0)
      throw new BrokenAudio('No sound was found in the parts of this file.');
    const seconds = (inMovie + walked.duration) / sound.timescale - delay;
    if (walked.end >= source.size) return { seconds };
    const share = (source.size - first.at) / (walked.end - first.at);
    return {
      seconds: (inMovie + walked.duration * share) / sound.timescale - delay,
      warning: 'Its length is an estimate: its parts do not say when they begin.',
    };
  }
  // Of a part that is cut through, as much as is there.
  const missing = Math.min(last.soundBytes, Math.max(0, last.soundEnd - source.size));
  const share = last.soundBytes > 0 ? 1 - missing / last.soundBytes : 1;
  const seconds = (last.start + last.duration * share - skipped) / sound.timescale - delay;
  const promised = promise(promisedSeconds, seconds);
  // The movie may be longer than its sound; what is missing is known by the end of the file alone.
  const isCut =
    missing > 0 || filled < file.size || (promised.promisedSeconds !== undefined && !movie.hasPicture);
  return {
    seconds,
    ...(isCut && promised),
    ...(isCut && { cut: 'It is cut short: its last part is missing.' }),
  };
}

/** The last fragment with sound, if it can be found. */
async function lastFragment(
  source: ByteSource,
  read: (moof: Chunk) => Promise<Fragment | undefined>,
): Promise<Fragment | undefined> {
  let before = source.size;
  for (const tail of tails) {
    const from = Math.max(0, source.size - tail);
    const bytes = await source.read(from, before - from + 16);
    for (let at = lastPlaceOf(bytes, moofType); at >= 4; at = lastPlaceOf(bytes, moofType, at - 1)) {
      for await (const moof of chunks(source, box, from + at - 4)) {
        const fragment = moof.end <= source.size ? await read(moof) : undefined;
        if (fragment && fragment.duration > 0) return fragment;
        break;
      }
    }
    if (from === 0) return undefined;
    before = from;
  }
  return undefined;
}

/** Reads one fragment; nothing if it is none, or has no sound of this track. */
async function readFragment(
  source: ByteSource,
  moof: Chunk,
  track: SoundTrack,
  sampleDuration: number,
): Promise<Fragment | undefined> {
  let isFragment = false;
  for await (const part of chunks(source, box, moof.body, moof.end)) {
    if (part.id === 'mfhd') isFragment = true;
    if (part.id !== 'traf' || !isFragment) continue;
    const fragment = await readTrackFragment(source, moof, part, track, sampleDuration);
    if (fragment) return fragment;
  }
  return undefined;
}

/** Flags of `tfhd` and `trun`: which fields there are (ISO/IEC 14496-12, sections 8.8.7 and 8.8.8). */
const headerFields = { baseOffset: 1, description: 2, duration: 8, size: 16 };
const runFields = { dataOffset: 1, firstFlags: 4, duration: 0x100, size: 0x200, flags: 0x400, shift: 0x800 };
/** Smooth Streaming says in a box of its own when a fragment begins. */
const smoothTime = '6d1d9b0542d544e680e2141daff757b2';

async function readTrackFragment(
  source: ByteSource,
  moof: Chunk,
  traf: Chunk,
  track: SoundTrack,
  sampleDuration: number,
): Promise<Fragment | undefined> {
  let start: number | undefined;
  let duration = 0;
  let soundBytes = 0;
  let soundEnd = moof.end;
  let base = moof.at;
  let each = { duration: sampleDuration, size: 0 };
  let isOurs = false;
  for await (const part of chunks(source, box, traf.body, traf.end)) {
    if (part.id === 'tfhd') {
      const fields = new Fields(await content(source, part, 40));
      const flags = fields.next(4) & 0xffffff;
      if (fields.next(4) !== track.id) return undefined;
      isOurs = true;
      if (flags & headerFields.baseOffset) base = fields.next(8);
      if (flags & headerFields.description) fields.next(4);
      if (flags & headerFields.duration) each = { ...each, duration: fields.next(4) };
      if (flags & headerFields.size) each = { ...each, size: fields.next(4) };
    }
    if (part.id === 'tfdt' || part.id === 'uuid') {
      const fields = new Fields(await content(source, part, 28));
      const smooth = part.id === 'uuid';
      if (smooth && fields.hex(16) !== smoothTime) continue;
      start = fields.next(4) >>> 24 === 1 ? fields.next(8) : fields.next(4);
    }
    if (part.id !== 'trun' || !isOurs) continue;
    const fields = new Fields(await content(source, part, 512 * 1024));
    const flags = fields.next(4) & 0xffffff;
    const samples = fields.next(4);
    if (flags & runFields.dataOffset) soundEnd = base + (fields.next(4) | 0);
    if (flags & runFields.firstFlags) fields.next(4);
    const listed = runFields.duration | runFields.size | runFields.flags | runFields.shift;
    if ((flags & listed) === 0) {
      duration += samples * each.duration;
      soundBytes += samples * each.size;
      soundEnd += samples * each.size;
      continue;
    }
    for (let i = 0; i < samples && fields.left > 0; i++) {
      duration += flags & runFields.duration ? fields.next(4) : each.duration;
      const size = flags & runFields.size ? fields.next(4) : each.size;
      soundBytes += size;
      soundEnd += size;
      if (flags & runFields.flags) fields.next(4);
      if (flags & runFields.shift) fields.next(4);
    }
  }
  return isOurs ? { at: moof.at, end: moof.end, start, duration, soundEnd, soundBytes } : undefined;
}

/** The last fragment by the index at the end (`mfra`), which ffmpeg writes and few others do. */
async function indexedFragment(
  source: ByteSource,
  track: number,
  read: (moof: Chunk) => Promise<Fragment | undefined>,
): Promise<Fragment | undefined> {
  const end = new Fields(await source.read(source.size - 12, 12));
  if (end.hex(4) !== '6d66726f') return undefined; // mfro
  end.next(4);
  const from = source.size - end.next(4);
  for await (const index of chunks(source, box, from)) {
    for await (const part of chunks(source, box, index.body, index.end)) {
      const fields = new Fields(await content(source, part, 256 * 1024));
      const wide = fields.next(4) >>> 24 === 1;
      if (part.id !== 'tfra' || fields.next(4) !== track) continue;
      const widths = fields.next(4);
      const numbers = [4, 2, 0].reduce((sum, shift) => sum + ((widths >> shift) & 3) + 1, 0);
      const count = fields.next(4);
      fields.skip((count - 1) * ((wide ? 16 : 8) + numbers) + (wide ? 8 : 4));
      const at = fields.next(wide ? 8 : 4);
      if (fields.left < 0) return undefined;
      for await (const moof of chunks(source, box, at)) return read(moof);
    }
    break;
  }
  return undefined;
}

/** Fragment after fragment, as many as are bounded: their sound, and where the last one ends. */
async function walk(source: ByteSource, first: Chunk, read: (moof: Chunk) => Promise<Fragment | undefined>) {
  let duration = 0;
  let end = first.at;
  let walked = 0;
  for await (const part of chunks(source, box, first.at)) {
    if (part.id === 'moof') {
      if (++walked > mostWalked) break;
      duration += (await read(part))?.duration ?? 0;
    }
    end = part.end;
  }
  return { duration, end };
}

/** Seconds of all fragments together, by the index that precedes them (`sidx`). */
async function promisedIn(source: ByteSource, first: Chunk): Promise<number | undefined> {
  for await (const part of chunks(source, box, 0, first.at)) {
    if (part.id !== 'sidx') continue;
    const fields = new Fields(await content(source, part, 256 * 1024));
    const wide = fields.next(4) >>> 24 === 1;
    fields.next(4);
    const timescale = fields.next(4);
    fields.skip(wide ? 16 : 8);
    const count = fields.next(4) & 0xffff;
    let duration = 0;
    for (let i = 0; i < count; i++) {
      fields.skip(4);
      duration += fields.next(4);
      fields.skip(4);
    }
    // Where each fragment has an index of its own, the first index covers the first fragment only.
    if (count > 1 && timescale > 0 && fields.left >= 0) return duration / timescale;
  }
  return undefined;
}

/**
 * Numbers in a row, the highest byte first; 0 behind the end, where `left` is less than 0. Those of 64 bits have a sign:
 * what decoders are to leave out lies before 0.
 */
class Fields {
  readonly #bytes: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = numbersIn(bytes);
  }

  get left(): number {
    return this.#bytes.byteLength - this.#at;
  }

  skip(bytes: number): void {
    this.#at += bytes;
  }

  next(width: 4 | 8): number {
    this.#at += width;
    const at = this.#at - width;
    if (this.left < 0 || at < 0) return 0;
    return width === 4 ? this.#bytes.getUint32(at) : Number(this.#bytes.getBigInt64(at));
  }

  hex(bytes: number): string {
    const from = this.#bytes.byteOffset + this.#at;
    this.#at += bytes;
    return this.left < 0 ? '' : hexOf(new Uint8Array(this.#bytes.buffer, from, bytes));
  }
}
