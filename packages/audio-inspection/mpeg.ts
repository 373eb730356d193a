import type { ByteSource } from './inspection.ts';
import { BrokenAudio, type Measured, numbersIn, promise, textIn } from './measured.ts';
import { type FrameHeader, type FrameRun, frameRun } from './mpeg-frame.ts';
import { audioEnd } from './tags.ts';
import { startOfZeros } from './zero-tail.ts';

/** How far into the file the first frame may be, step by step; in front of it there may be padding (a choice). */
const searched = [64 * 1024, 256 * 1024];
/** Places looked at first, evenly over the file, and bytes at each: more than three of the longest frames. */
const places = 12;
const placeBytes = 12 * 1024;
/** Places where the rate varies: so many evenly, and in all, of which the later ones are where it varies most. */
const evenPlaces = 24;
const mostPlaces = 42;
/** A file up to this size is read whole where the places alone give only an estimate. */
const wholeBytes = 1_800_000;

/** What the first frame of many MP3s says instead of sounding: how many frames and bytes follow. */
interface LengthHeader {
  readonly frames: number;
  readonly bytes: number | undefined;
}

/** What the frames at one place say. */
interface Place {
  readonly at: number;
  readonly run: FrameRun | undefined;
  /** Of these frames; 0 where there are none. */
  readonly secondsPerByte: number;
}

/**
 * Measures MPEG audio (MP3, MP2, ADTS AAC), which has no header for the whole file: by the Xing or VBRI header of the
 * first frame if it fits the file, by the bitrate if it is constant, by counting the frames of a small file,
 * else by several dozen places, with a warning.
 * @returns nothing if no frames are found at the beginning
 * @throws BrokenAudio if most of the file is something else
 */
export async function measureMpeg(source: ByteSource): Promise<Measured | undefined> {
  const beginning = await findBeginning(source);
  if (!beginning) return undefined;
  const { bytes, start, first } = beginning;

  const end = await audioEnd(source);
  const filled = await startOfZeros(source, start.at, end);
  const length = filled - start.at;
  const looked = await lookAtPlaces(source, start, filled, first);
  const found = looked.filter(({ run }) => run !== undefined);
  const kind = { format: first.format, extension: first.format.toLowerCase() };
  if (found.length < looked.length / 2 || length < (end - start.at) / 2) {
    throw new BrokenAudio(`Only a part of this file is ${first.format}; the rest is something else.`);
  }
  const damaged =
    found.length < looked.length ? `Parts of this file are not ${first.format} and may be skipped.` : '';
  const noted = {
    ...(damaged && { warning: damaged }),
    ...(filled < end && { cut: 'It is cut short: its last part was never filled.' }),
  };

  const header = lengthHeader(bytes.subarray(start.at), first);
  const fits = header?.bytes === undefined || length <= header.bytes * 1.05;
  if (header && fits) {
    const promised = (header.frames * first.samples) / first.sampleRate;
    const share = header.bytes === undefined ? 1 : Math.min(1, length / header.bytes);
    const seconds = promised * share;
    return { ...kind, ...noted, seconds, ...promise(promised, seconds) };
  }
  // The first frame is left out: a header may sit in a frame of another bitrate.
  const frames = found.flatMap(({ run }) => run?.frames ?? []).slice(1);
  if (frames.every(({ bitrate }) => bitrate > 0 && bitrate === first.bitrate)) {
    return { ...kind, ...noted, seconds: (length * 8) / first.bitrate };
  }
  if (source.size <= wholeBytes) {
    const counted = countFrames(await source.read(start.at, length), first);
    return { ...kind, ...noted, seconds: counted };
  }
  const seconds = await sumOfPlaces(source, start, filled, first);
  const estimated = 'Its length is an estimate: the bitrate varies and no header gives the length.';
  return { ...kind, ...noted, seconds, warning: damaged ? `${damaged} ${estimated}` : estimated };
}

async function findBeginning(source: ByteSource) {
  for (const length of searched) {
    const bytes = await source.read(0, length);
    const start = frameRun(bytes);
    const first = start?.frames[0];
    if (start && first) return { bytes, start, first };
  }
  return undefined;
}

async function lookAtPlaces(source: ByteSource, start: FrameRun, end: number, first: FrameHeader) {
  const length = end - start.at;
  const looked = [placeOf(start.at, start)];
  for (let place = 1; place < places; place++) {
    const at = start.at + Math.floor((length * place) / places);
    // The last frames of a short file are in sight already.
    if (length < 2 * placeBytes || end - at < placeBytes) continue;
    looked.push(placeOf(at, frameRun(await source.read(at, placeBytes), first)));
  }
  return looked;
}

function placeOf(at: number, run: FrameRun | undefined): Place {
  const bytes = run?.frames.reduce((sum, { length }) => sum + length, 0) ?? 0;
  const seconds = run?.frames.reduce((sum, { samples, sampleRate }) => sum + samples / sampleRate, 0) ?? 0;
  return { at, run, secondsPerByte: bytes > 0 ? seconds / bytes : 0 };
}

/**
 * Seconds between places, each stretch as its two ends have it. Where two neighbours differ most, for the bytes between
 * them, another place is looked at: a quiet beginning counts as long as it is.
 */
async function sumOfPlaces(
  source: ByteSource,
  { at: start }: FrameRun,
  end: number,
  first: FrameHeader,
): Promise<number> {
  const all: Place[] = [];
  const look = async (wanted: number) => {
    const { offset, length } = source.around?.(wanted) ?? { offset: wanted, length: placeBytes };
    const at = Math.max(start, Math.min(offset, end - length));
    return placeOf(wanted, frameRun(await source.read(at, Math.max(length, placeBytes)), first));
  };
  for (let i = 0; i < evenPlaces; i++) {
    all.push(await look(start + Math.floor(((end - start) * (i + 0.5)) / evenPlaces)));
  }
  const differenceBehind = (index: number) => {
    const [one, next] = [all[index], all[index + 1]];
    if (!one || !next || next.at - one.at < placeBytes) return 0;
    return Math.abs(one.secondsPerByte - next.secondsPerByte) * (next.at - one.at);
  };
  while (all.length < mostPlaces) {
    let most = 0;
    for (let index = 1; index < all.length; index++) {
      if (differenceBehind(index) > differenceBehind(most)) most = index;
    }
    const [before, after] = [all[most], all[most + 1]];
    if (!before || !after || differenceBehind(most) === 0) break;
    all.splice(most + 1, 0, await look(Math.floor((before.at + after.at) / 2)));
  }
  // Something that is no sound lasts no time.
  const [head, tail] = [all[0], all.at(-1)];
  if (head) all.unshift({ ...head, at: start });
  if (tail) all.push({ ...tail, at: end });
  return all.reduce((sum, place, index) => {
    const next = all[index + 1];
    return next ? sum + ((place.secondsPerByte + next.secondsPerByte) / 2) * (next.at - place.at) : sum;
  }, 0);
}

/** Reads the header in the first frame: Xing or Info where its sound would be, or the VBRI of Fraunhofer's encoders. */
function lengthHeader(bytes: Uint8Array, first: FrameHeader): LengthHeader | undefined {
  const at = 4 + first.sideInfo;
  const numbers = numbersIn(bytes);
  if (first.sideInfo === 0 || bytes.length < at + 16) return undefined;
  if (['Xing', 'Info'].includes(textIn(bytes, at, at + 4))) {
    const flags = numbers.getUint32(at + 4);
    if ((flags & 1) === 0) return undefined;
    return {
      frames: numbers.getUint32(at + 8),
      bytes: flags & 2 ? numbers.getUint32(at + 12) : undefined,
    };
  }
  // Always 32 bytes behind the frame's header, for any size of its side information.
  if (textIn(bytes, 36, 40) !== 'VBRI' || bytes.length < 54) return undefined;
  return { bytes: numbers.getUint32(46), frames: numbers.getUint32(50) };
}

/** Seconds of all frames in `bytes`, gaps skipped. */
function countFrames(bytes: Uint8Array, first: FrameHeader): number {
  let frames = 0;
  let rest = bytes;
  for (let run = frameRun(rest, first); run; run = frameRun(rest, first)) {
    frames += run.frames.length;
    rest = rest.subarray(run.at + run.frames.reduce((sum, { length }) => sum + length, 0));
  }
  return (frames * first.samples) / first.sampleRate;
}
