import { big, crc, join } from './bytes.ts';

export interface FlacOptions {
  readonly seconds: number;
  /** What STREAMINFO says instead of the true number of seconds; 0 for "unknown". */
  readonly statedSeconds?: number;
  /** Bytes of a picture in front of the sound. */
  readonly pictureBytes?: number;
  /** Value of the first sample; two files with different seeds differ. */
  readonly seed?: number;
}

const sampleRate = 8000;
const blockSamples = 4096;

/** A FLAC of 8 kHz, one channel, 16 bits, its samples stored verbatim: 16 kB a second. */
export function flacFile({
  seconds,
  statedSeconds = seconds,
  pictureBytes = 0,
  seed = 1,
}: FlacOptions): Uint8Array {
  const total = Math.round(seconds * sampleRate);
  const stated = BigInt(Math.round(statedSeconds * sampleRate));
  const streamInfo = join(
    big(blockSamples, 2),
    big(blockSamples, 2),
    big(0, 3),
    big(0, 3),
    big((BigInt(sampleRate) << 44n) | (15n << 36n) | stated, 8),
    new Uint8Array(16),
  );
  const picture =
    pictureBytes > 0 ? join(6 | 0x80, big(pictureBytes, 3), new Uint8Array(pictureBytes)) : undefined;
  const header = join('fLaC', picture ? 0 : 0x80, big(34, 3), streamInfo, picture ?? new Uint8Array());
  const sound = Uint8Array.from({ length: blockSamples * 2 }, (_, i) =>
    i % 2 === 0 ? 0 : (seed * 31 + i * 7) & 0x7f,
  );
  const frames: Uint8Array[] = [];
  for (let first = 0; first < total; first += blockSamples) {
    frames.push(frame(frames.length, sound.subarray(0, 2 * (total - first))));
  }
  return join(header, ...frames);
}

/** @param sound two bytes a sample, at most a block of them */
function frame(number: number, sound: Uint8Array): Uint8Array {
  // Size code 7: the number of samples, less one, follows in 16 bits; rate code 4: 8 kHz; size code 4: 16 bits.
  const start = join(0xff, 0xf8, 0x74, 0x08, utf8(number), big(sound.length / 2 - 1, 2));
  // 0x02: a verbatim subframe.
  const body = join(start, crc(start, 8, 0x07), 0x02, sound);
  return join(body, big(crc(body, 16, 0x8005), 2));
}

/** A number coded as UTF-8 codes characters; enough for 65,535 frames. */
function utf8(number: number): Uint8Array {
  if (number < 0x80) return Uint8Array.of(number);
  const last = 0x80 | (number & 0x3f);
  if (number < 0x800) return Uint8Array.of(0xc0 | (number >> 6), last);
  return Uint8Array.of(0xe0 | (number >> 12), 0x80 | ((number >> 6) & 0x3f), last);
}
