/** What the header of one MPEG audio frame (layers I–III) or ADTS frame (AAC) says. */
export interface FrameHeader {
  readonly format: 'MP3' | 'MP2' | 'MP1' | 'AAC';
  /** Bytes of the frame with its header. */
  readonly length: number;
  readonly samples: number;
  readonly sampleRate: number;
  /** Bits per second; 0 for AAC, where every frame has its own length. */
  readonly bitrate: number;
  /** Bytes between the header and the place of a Xing header; 0 where there is none. */
  readonly sideInfo: number;
}

/** Bytes of a header that {@link frameHeader} reads. */
export const headerBytes = 6;

/** kbit/s by layer and bitrate index; rows for MPEG-1 layers I, II, III, then MPEG-2 layer I and II/III. */
const bitrates = [
  [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
] as const;
const mpegRates = [44100, 48000, 32000] as const;
const adtsRates = [
  96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350,
] as const;

/** The header at `at`, or nothing if the bytes are no header. Free-format frames count as none: they are too rare. */
export function frameHeader(bytes: Uint8Array, at: number): FrameHeader | undefined {
  const b1 = bytes[at + 1] ?? 0;
  if (bytes[at] !== 0xff || (b1 & 0xe0) !== 0xe0 || at + headerBytes > bytes.length) return undefined;
  return (b1 & 0x06) === 0 ? adtsHeader(bytes, at) : mpegHeader(bytes, at);
}

function mpegHeader(bytes: Uint8Array, at: number): FrameHeader | undefined {
  const b1 = bytes[at + 1] ?? 0;
  const b2 = bytes[at + 2] ?? 0;
  const version = (b1 >> 3) & 3; // 0: MPEG-2.5, 2: MPEG-2, 3: MPEG-1
  const layer = 4 - ((b1 >> 1) & 3);
  const first = version === 3;
  const kilobits = bitrates[first ? layer - 1 : layer === 1 ? 3 : 4]?.[b2 >> 4] ?? 0;
  const rate = mpegRates[(b2 >> 2) & 3];
  if (version === 1 || kilobits === 0 || rate === undefined) return undefined;
  const sampleRate = first ? rate : version === 2 ? rate / 2 : rate / 4;
  const samples = layer === 1 ? 384 : layer === 3 && !first ? 576 : 1152;
  const padding = (b2 >> 1) & 1;
  const bitrate = kilobits * 1000;
  const length =
    layer === 1
      ? (Math.floor((12 * bitrate) / sampleRate) + padding) * 4
      : Math.floor(((samples / 8) * bitrate) / sampleRate) + padding;
  const mono = (bytes[at + 3] ?? 0) >> 6 === 3;
  const sideInfo = layer !== 3 ? 0 : first ? (mono ? 17 : 32) : mono ? 9 : 17;
  const format = layer === 3 ? 'MP3' : layer === 2 ? 'MP2' : 'MP1';
  return { format, length, samples, sampleRate, bitrate, sideInfo };
}

function adtsHeader(bytes: Uint8Array, at: number): FrameHeader | undefined {
  const [b1 = 0, b2 = 0, b3 = 0, b4 = 0, b5 = 0] = bytes.subarray(at + 1, at + headerBytes);
  if ((b1 & 0xf6) !== 0xf0) return undefined;
  const sampleRate = adtsRates[(b2 >> 2) & 0x0f];
  const length = ((b3 & 3) << 11) | (b4 << 3) | (b5 >> 5);
  if (sampleRate === undefined || length < 7) return undefined;
  return { format: 'AAC', length, samples: 1024, sampleRate, bitrate: 0, sideInfo: 0 };
}

/** Can two frames be of one stream? */
function sameStream(a: FrameHeader, b: FrameHeader): boolean {
  return a.format === b.format && a.sampleRate === b.sampleRate && a.samples === b.samples;
}

/** Frames that follow each other without a gap. */
export interface FrameRun {
  /** Where the first one begins. */
  readonly at: number;
  readonly frames: readonly FrameHeader[];
}

/** Frames in a row that prove that it is a stream and not chance. */
const proof = 3;

/**
 * The first run of frames in `bytes`: at least three, or two if `bytes` end with them. The last frame of a run
 * may reach beyond `bytes`.
 */
export function frameRun(bytes: Uint8Array, like?: FrameHeader): FrameRun | undefined {
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const frames: FrameHeader[] = [];
    let next = at;
    while (next < bytes.length) {
      const frame = frameHeader(bytes, next);
      const known = like ?? frames[0];
      if (!frame || (known && !sameStream(known, frame))) break;
      frames.push(frame);
      next += frame.length;
    }
    const reachesEnd = next + headerBytes > bytes.length;
    if (frames.length >= proof || (frames.length === 2 && reachesEnd)) return { at, frames };
  }
  return undefined;
}
