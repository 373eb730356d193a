import { big, join } from './bytes.ts';

export interface Mp3Options {
  readonly seconds: number;
  /**
   * `constant` (32 kbit/s); `varying` every two seconds; `quiet-first`, of which the first three quarters have a quarter
   * of the rate of the rest; or `varying` with a header of the length: Xing, or VBRI as Fraunhofer's encoders have.
   */
  readonly rate?: 'constant' | 'varying' | 'quiet-first' | 'xing' | 'vbri';
  /** Bytes of an ID3v2 tag in front. */
  readonly tagBytes?: number;
  /** Goes into the unused end of each frame; two files with different seeds differ. */
  readonly seed?: number;
}

const sampleRate = 44_100;
const samplesPerFrame = 1152;
/** Bitrate indexes of MPEG-1 layer III and their kbit/s. */
const slow = { index: 1, kilobits: 32 };
const fast = { index: 9, kilobits: 128 };

/** A silent MP3 (MPEG-1 layer III, 44.1 kHz, mono): frames whose side information says that there is no sound. */
export function mp3File({ seconds, rate = 'constant', tagBytes = 0, seed = 0 }: Mp3Options): Uint8Array {
  const count = Math.round((seconds * sampleRate) / samplesPerFrame);
  // Where the bitrate is constant, some frames get a byte more, so that the average is right.
  const padded = (i: number) =>
    rate === 'constant' && Math.floor(((i + 1) * 44) / 90) > Math.floor((i * 44) / 90);
  const isSlow = (i: number) => {
    if (rate === 'constant') return true;
    // Runs of two seconds: a varying rate that a single place does not show.
    return rate === 'quiet-first' ? i < count * 0.75 : Math.floor(i / 77) % 2 === 0;
  };
  // Half an hour has 70,000 frames, of four kinds.
  const kinds = [slow, fast].map((kind) => [frame(kind, seed), frame(kind, seed, true)] as const);
  const frames = Array.from({ length: count }, (_, i) => {
    const [plain, longer] = kinds[isSlow(i) ? 0 : 1] ?? [];
    return (padded(i) ? longer : plain) ?? new Uint8Array();
  });
  const sound = join(...frames);
  const first =
    rate === 'xing'
      ? xingFrame(count, sound.length)
      : rate === 'vbri'
        ? vbriFrame(count, sound.length)
        : new Uint8Array();
  return join(tagBytes > 0 ? id3Tag(tagBytes) : new Uint8Array(), first, sound);
}

/** An ID3v2.4 tag of so many bytes after its own ten. */
export function id3Tag(bytes: number): Uint8Array {
  const size = [21, 14, 7, 0].map((shift) => (bytes >> shift) & 0x7f);
  return join('ID3', 4, 0, 0, Uint8Array.from(size), new Uint8Array(bytes));
}

function frame(
  { index, kilobits }: { index: number; kilobits: number },
  seed: number,
  padded = false,
): Uint8Array {
  const length = Math.floor((144 * kilobits * 1000) / sampleRate) + (padded ? 1 : 0);
  const bytes = join(0xff, 0xfb, (index << 4) | (padded ? 2 : 0), 0xc4, new Uint8Array(length - 4));
  bytes[length - 1] = seed & 0x7f;
  return bytes;
}

function xingFrame(frames: number, soundBytes: number): Uint8Array {
  const bytes = frame(fast, 0);
  // After the header and 17 bytes of side information; flags 3: frames and bytes follow, bytes with this frame.
  bytes.set(join('Xing', big(3, 4), big(frames, 4), big(soundBytes + bytes.length, 4)), 4 + 17);
  return bytes;
}

/** VBRI is 32 bytes behind the header, always: version, delay, quality, bytes with this frame, frames. */
function vbriFrame(frames: number, soundBytes: number): Uint8Array {
  const bytes = frame(fast, 0);
  bytes.set(
    join('VBRI', big(1, 2), big(0, 2), big(75, 2), big(soundBytes + bytes.length, 4), big(frames, 4)),
    36,
  );
  return bytes;
}
