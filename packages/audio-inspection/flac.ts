import type { ByteSource } from './inspection.ts';
import { BrokenAudio, type Measured, numbersIn, promise } from './measured.ts';

/** More metadata blocks than this are not a FLAC that a program wrote (a choice). */
const maxBlocks = 200;
/** How much of the end is searched for the last frame at least, and at most. */
const leastTail = 32 * 1024;
const mostTail = 512 * 1024;

interface StreamInfo {
  readonly sampleRate: number;
  readonly samples: number;
  readonly blockSamples: number;
  readonly largestFrame: number;
}

/**
 * Measures a FLAC file: STREAMINFO (RFC 9639, section 8.2) says how long it should be, the number in the
 * header of its last frame how long it is.
 * @throws BrokenAudio
 */
export async function measureFlac(source: ByteSource): Promise<Measured> {
  let info: StreamInfo | undefined;
  let at = 4;
  for (let blocks = 0, last = false; !last; blocks++) {
    const header = await source.read(at, 4);
    if (header.length < 4 || blocks === maxBlocks)
      throw new BrokenAudio('The header of this FLAC is cut off.');
    const word = numbersIn(header).getUint32(0);
    last = word >>> 31 === 1;
    if (((word >>> 24) & 0x7f) === 0) info = readStreamInfo(await source.read(at + 4, 34));
    at += 4 + (word & 0xffffff);
  }
  if (!info) throw new BrokenAudio('This FLAC does not say in which format its sound is.');
  if (at >= source.size)
    throw new BrokenAudio('This FLAC holds no sound: its header is followed by nothing.');

  const first = await source.read(at, 32);
  if (endOfFrame(first, 0, first, info) === undefined) {
    throw new BrokenAudio('This FLAC holds no sound: what follows its header is something else.');
  }
  const tail = Math.min(source.size - at, mostTail, Math.max(leastTail, 2 * info.largestFrame));
  const end = lastSample(await source.read(source.size - tail, tail), first, info);
  if (end === undefined) {
    throw new BrokenAudio(
      'The end of this FLAC is not sound: the file was damaged or not copied to its end.',
    );
  }
  const seconds = (info.samples > 0 ? Math.min(end, info.samples) : end) / info.sampleRate;
  return { format: 'FLAC', extension: 'flac', seconds, ...promise(info.samples / info.sampleRate, seconds) };
}

function readStreamInfo(bytes: Uint8Array): StreamInfo {
  if (bytes.length < 34) throw new BrokenAudio('The header of this FLAC is cut off.');
  const numbers = numbersIn(bytes);
  const packed = numbers.getBigUint64(10);
  const sampleRate = Number(packed >> 44n);
  if (sampleRate === 0) throw new BrokenAudio('The header of this FLAC makes no sense.');
  return {
    sampleRate,
    samples: Number(packed & 0xfffffffffn),
    blockSamples: numbers.getUint16(2),
    largestFrame: numbers.getUint32(6) & 0xffffff,
  };
}

/** The number of samples up to the end of the last frame whose header is in `bytes`. */
function lastSample(bytes: Uint8Array, first: Uint8Array, info: StreamInfo): number | undefined {
  for (let at = bytes.length - 6; at >= 0; at--) {
    if (bytes[at] !== 0xff) continue;
    const end = endOfFrame(bytes, at, first, info);
    // The checksum has eight bits, so chance passes now and then; a frame beyond the stated end is chance.
    if (end !== undefined && (info.samples === 0 || end <= info.samples + info.blockSamples)) return end;
  }
  return undefined;
}

/** Number of the sample after the frame whose header is at `at` (RFC 9639, section 9.1), if there is one. */
function endOfFrame(bytes: Uint8Array, at: number, first: Uint8Array, info: StreamInfo): number | undefined {
  const [sync, second = 0, sizes = 0, channels = 0] = bytes.subarray(at, at + 4);
  if (sync !== 0xff || (second & 0xfe) !== 0xf8 || second !== first[1]) return undefined;
  const sizeCode = sizes >> 4;
  const rateCode = sizes & 0x0f;
  if (sizeCode === 0 || rateCode === 0x0f || rateCode !== ((first[2] ?? 0) & 0x0f)) return undefined;
  if ((channels & 1) === 1 || (channels & 0x0e) !== ((first[3] ?? 0) & 0x0e)) return undefined;

  const number = codedNumber(bytes, at + 4);
  if (!number) return undefined;
  let next = at + 4 + number.length;
  let samples = blockSamplesOf(sizeCode);
  if (sizeCode === 6) samples = (bytes[next++] ?? 0) + 1;
  if (sizeCode === 7) samples = (bytes[next++] ?? 0) * 256 + (bytes[next++] ?? 0) + 1;
  next += [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 2][rateCode] ?? 0;
  if (next >= bytes.length || bytes[next] !== crc8(bytes.subarray(at, next))) return undefined;
  // Fixed block size: frames are counted; variable: samples.
  return (second & 1) === 0 ? number.value * info.blockSamples + samples : number.value + samples;
}

function blockSamplesOf(code: number): number {
  if (code === 1) return 192;
  return code < 6 ? 144 << code : 1 << code;
}

/** A number coded as UTF-8 codes characters, but up to seven bytes. */
function codedNumber(bytes: Uint8Array, at: number): { value: number; length: number } | undefined {
  const first = bytes[at] ?? 0xff;
  if (first < 0x80) return { value: first, length: 1 };
  const length = Math.clz32(~(first << 24));
  if (length < 2 || length > 7) return undefined;
  let value = first & (0x7f >> length);
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i] ?? 0;
    if ((byte & 0xc0) !== 0x80) return undefined;
    value = value * 64 + (byte & 0x3f);
  }
  return { value, length };
}

/** CRC-8 with the polynomial x⁸ + x² + x + 1. */
function crc8(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? ((crc << 1) ^ 0x07) & 0xff : crc << 1;
  }
  return crc;
}
