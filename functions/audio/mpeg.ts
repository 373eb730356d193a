import type { ByteSource } from './inspection.ts';
import { BrokenAudio, type Measured, numbersIn, promise, textIn } from './measured.ts';
import { type FrameHeader, type FrameRun, frameRun } from './mpeg-frame.ts';
import { audioEnd } from './tags.ts';

/** How far into the file the first frame may be; in front of it there may be padding (a choice). */
const searched = 64 * 1024;
/** Places looked at, evenly over the file, and bytes at each: more than three of the longest frames. */
const places = 12;
const placeBytes = 12 * 1024;
/** A file up to this size is read whole where the places alone give only an estimate. */
const wholeBytes = 1_000_000;

/** What the first frame of many MP3s says instead of sounding: how many frames and bytes follow. */
interface XingHeader {
  readonly frames: number;
  readonly bytes: number | undefined;
}

/**
 * Measures MPEG audio (MP3, MP2, ADTS AAC), which has no header for the whole file: by the Xing header of the
 * first frame if it fits the file, by the bitrate if it is constant, by counting the frames of a small file,
 * else by the average of a dozen places, with a warning.
 * @returns nothing if no frames are found at the beginning
 * @throws BrokenAudio if most of the file is something else
 */
export async function measureMpeg(source: ByteSource): Promise<Measured | undefined> {
  const beginning = await source.read(0, searched);
  const start = frameRun(beginning);
  const first = start?.frames[0];
  if (!start || !first) return undefined;

  const end = await audioEnd(source);
  const length = end - start.at;
  const samples = await samplePlaces(source, start, end);
  const kind = { format: first.format, extension: first.format.toLowerCase() };
  if (samples.found < samples.looked / 2) {
    throw new BrokenAudio(`Only a part of this file is ${first.format}; the rest is something else.`);
  }
  const damaged =
    samples.found < samples.looked ? `Parts of this file are not ${first.format} and may be skipped.` : '';

  const xing = xingHeader(beginning.subarray(start.at), first);
  const fits = xing?.bytes === undefined || length <= xing.bytes * 1.05;
  if (xing && fits) {
    const promised = (xing.frames * first.samples) / first.sampleRate;
    const share = xing.bytes === undefined ? 1 : Math.min(1, length / xing.bytes);
    const seconds = promised * share;
    return { ...kind, seconds, ...promise(promised, seconds), ...(damaged && { warning: damaged }) };
  }
  if (samples.constant) {
    return { ...kind, seconds: (length * 8) / first.bitrate, ...(damaged && { warning: damaged }) };
  }
  if (length <= wholeBytes) {
    const counted = countFrames(await source.read(start.at, length), first);
    return { ...kind, seconds: counted, ...(damaged && { warning: damaged }) };
  }
  const seconds = (length / samples.bytesPerFrame) * (first.samples / first.sampleRate);
  const estimated = 'Its length is an estimate: the bitrate varies and no header gives the length.';
  return { ...kind, seconds, warning: damaged ? `${damaged} ${estimated}` : estimated };
}

async function samplePlaces(source: ByteSource, start: FrameRun, end: number) {
  const first = start.frames[0];
  const frames: FrameHeader[] = [...start.frames];
  const length = end - start.at;
  let looked = 1;
  let found = 1;
  for (let place = 1; place < places; place++) {
    const at = start.at + Math.floor((length * place) / places);
    // The last frames of a short file are in sight already.
    if (length < 2 * placeBytes || end - at < placeBytes) continue;
    looked++;
    const run = frameRun(await source.read(at, placeBytes), first);
    if (!run) continue;
    found++;
    frames.push(...run.frames);
  }
  const bytes = frames.reduce((sum, frame) => sum + frame.length, 0);
  return {
    looked,
    found,
    bytesPerFrame: bytes / frames.length,
    // The first frame is left out: a Xing header may sit in a frame of another bitrate.
    constant: frames.slice(1).every(({ bitrate }) => bitrate > 0 && bitrate === first?.bitrate),
  };
}

/** Reads a Xing or Info header, which sits where the first frame's sound would be. */
function xingHeader(bytes: Uint8Array, first: FrameHeader): XingHeader | undefined {
  const at = 4 + first.sideInfo;
  if (first.sideInfo === 0 || bytes.length < at + 16) return undefined;
  if (!['Xing', 'Info'].includes(textIn(bytes, at, at + 4))) return undefined;
  const numbers = numbersIn(bytes);
  const flags = numbers.getUint32(at + 4);
  if ((flags & 1) === 0) return undefined;
  return {
    frames: numbers.getUint32(at + 8),
    bytes: flags & 2 ? numbers.getUint32(at + 12) : undefined,
  };
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
