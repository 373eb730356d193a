import { slice } from './bounded-source.ts';
import { chunks, content, riff } from './chunks.ts';
import type { ByteSource } from './inspection.ts';
import { BrokenAudio, type Measured, numbersIn, promise } from './measured.ts';
import { measureMpeg } from './mpeg.ts';

/** Format tags whose samples all have the same size: PCM, float, A-law, µ-law. */
const evenlySized = new Set([0x0001, 0x0003, 0x0006, 0x0007]);
/** ADPCM of Microsoft and of the IMA: blocks of one size, each with a stated number of samples. */
const inBlocks = new Set([0x0002, 0x0011]);
/** Frames of MPEG audio, which say themselves how long they are: MP2, MP3, AAC in ADTS. */
const inFrames = new Map([
  [0x0050, 'MP2'],
  [0x0055, 'MP3'],
  [0x1600, 'AAC'],
]);
/** The real tag follows in a GUID. */
const extensible = 0xfffe;

/**
 * Sizes that mean "not known yet", because the header of a stream cannot be mended afterwards: 0, all ones (ffmpeg,
 * mpg123), 2 GB (arecord; oggdec less one) and what sox, mplayer, espeak-ng and lame write. Some take off the header.
 */
const openSizes = [0x1_0000_0000, 0x8000_0000, 0x7fff_f000];
/** Bytes that a header takes off such a size at most (a choice). */
const headerBytes = 64;

interface Format {
  readonly tag: number;
  readonly sampleRate: number;
  /** 0 where the header does not say. */
  readonly bytesPerSecond: number;
}

/**
 * Measures a RIFF/WAVE file (RF64 and BW64 too) by the sound bytes that exist. Programs that write to a pipe
 * leave the size open, so that it promises nothing; any other size is held against the file.
 * @throws BrokenAudio
 */
export async function measureWav(source: ByteSource): Promise<Measured> {
  let format: Format | undefined;
  let longDataSize: number | undefined;
  let samples: number | undefined;
  for await (const chunk of chunks(source, riff, 12)) {
    if (chunk.id === 'fmt ') format = readFormat(await content(source, chunk, 40));
    if (chunk.id === 'ds64') longDataSize = readLongDataSize(await content(source, chunk, 28));
    if (chunk.id === 'fact') samples = readSamples(await content(source, chunk, 4));
    if (chunk.id !== 'data') continue;
    if (!format) throw new BrokenAudio('This WAV has sound before it says in which format.');
    const there = source.size - chunk.body;
    const length = chunk.end - chunk.body;
    const stated = length === 0xffffffff && longDataSize !== undefined ? longDataSize : length;
    const open = isOpen(stated) || (stated === 0 && there > 8);
    const held = open ? there : Math.min(stated, there);
    if (held === 0) throw new BrokenAudio('This WAV holds no sound: its header is followed by nothing.');
    const kind = { format: 'WAV', extension: 'wav' };

    const codec = inFrames.get(format.tag);
    if (codec !== undefined) {
      const frames = await measureMpeg(slice(source, chunk.body, chunk.body + held));
      if (!frames) throw new BrokenAudio(`There is no ${codec} in this WAV, although its header says so.`);
      const promised = open ? {} : promise((frames.seconds * stated) / held, frames.seconds);
      return { ...frames, ...kind, format: `WAV (${codec})`, ...promised };
    }
    if (format.bytesPerSecond > 0) {
      const seconds = held / format.bytesPerSecond;
      return { ...kind, seconds, ...(open ? {} : promise(stated / format.bytesPerSecond, seconds)) };
    }
    if (!samples) throw new BrokenAudio('The header of this WAV makes no sense.');
    const promised = samples / format.sampleRate;
    const seconds = open ? promised : promised * (held / stated);
    return { ...kind, seconds, ...promise(promised, seconds) };
  }
  throw new BrokenAudio('This WAV holds no sound: its header is not followed by any.');
}

function isOpen(size: number): boolean {
  return openSizes.some((open) => size <= open && size >= open - headerBytes);
}

function readFormat(bytes: Uint8Array): Format {
  if (bytes.length < 16) throw new BrokenAudio('The header of this WAV is cut off.');
  const numbers = numbersIn(bytes);
  const stated = numbers.getUint16(0, true);
  const tag = stated === extensible && bytes.length >= 26 ? numbers.getUint16(24, true) : stated;
  const channels = numbers.getUint16(2, true);
  const sampleRate = numbers.getUint32(4, true);
  const bits = numbers.getUint16(14, true);
  const samplesPerBlock = bytes.length >= 20 ? numbers.getUint16(18, true) : 0;
  // Where the rate follows from other fields, which decoders use, it is computed: the stated one may lie.
  const bytesPerSecond = evenlySized.has(tag)
    ? channels * sampleRate * Math.ceil(bits / 8)
    : inBlocks.has(tag) && samplesPerBlock > 0
      ? (sampleRate / samplesPerBlock) * numbers.getUint16(12, true)
      : numbers.getUint32(8, true);
  const isEmpty = bytesPerSecond === 0 && (evenlySized.has(tag) || inBlocks.has(tag));
  if (isEmpty || sampleRate < 1000 || sampleRate > 1_000_000 || channels > 64) {
    throw new BrokenAudio('The header of this WAV makes no sense.');
  }
  return { tag, sampleRate, bytesPerSecond };
}

function readSamples(bytes: Uint8Array): number | undefined {
  return bytes.length < 4 ? undefined : numbersIn(bytes).getUint32(0, true);
}

/** The size of `data` in a file larger than 4 GB (EBU Tech 3306, chunk `ds64`). */
function readLongDataSize(bytes: Uint8Array): number | undefined {
  return bytes.length < 16 ? undefined : Number(numbersIn(bytes).getBigUint64(8, true));
}
