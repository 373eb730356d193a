import { big, join, little } from './bytes.ts';
import { coded } from './mp4.ts';

/** Formats that few people have; the coded ones hold bytes that stand for sound. */

/** 80 bits: 8000 samples a second as AIFF writes it. */
const rate8000 = Uint8Array.of(0x40, 0x0b, 0xfa, 0, 0, 0, 0, 0, 0, 0);

export interface AiffOptions {
  readonly seconds: number;
  /** Of an AIFC: `ima4`, of which the header counts packets, or plain samples with the lowest byte first. */
  readonly compression?: 'ima4' | 'sowt';
  /** Bytes of a tag in front of the sound. */
  readonly tagBytes?: number;
  /** What the header of the sound says instead of its true size. */
  readonly statedBytes?: number;
}

/** An AIFF of 16 bits, one channel, 8 kHz. */
export function aiffFile({ seconds, compression, tagBytes = 0, statedBytes }: AiffOptions): Uint8Array {
  const samples = Math.round(seconds * 8000);
  const packets = Math.ceil(samples / 64);
  const sound = coded(compression === 'ima4' ? packets * 34 : samples * 2);
  const counted = compression === 'ima4' ? packets : samples;
  const fields = join(
    big(1, 2),
    big(counted, 4),
    big(16, 2),
    rate8000,
    compression ?? '',
    compression ? big(0, 2) : '',
  );
  const common = join('COMM', big(fields.length, 4), fields);
  const tag = tagBytes > 0 ? join('ID3 ', big(tagBytes, 4), new Uint8Array(tagBytes)) : '';
  const data = join('SSND', big(statedBytes ?? sound.length + 8, 4), big(0, 8), sound);
  return join(
    'FORM',
    big(4 + common.length + data.length, 4),
    compression ? 'AIFC' : 'AIFF',
    common,
    tag,
    data,
  );
}

/** A WavPack of 8 kHz in blocks of half a second. `known`: the header says how many samples the whole has. */
export function wavPackFile({ seconds, known = true }: { seconds: number; known?: boolean }): Uint8Array {
  const total = Math.round(seconds * 8000);
  const blocks: Uint8Array[] = [];
  for (let first = 0; first < total; first += 4000) {
    const inner = coded(3000);
    blocks.push(
      join(
        ...['wvpk', little(24 + inner.length, 4), little(0x410, 2), 0, 0],
        ...[
          little(known ? total : 0xffff_ffff, 4),
          little(first, 4),
          little(Math.min(4000, total - first), 4),
        ],
        // The second rate in the list is 8 kHz.
        ...[little(1 << 23, 4), little(0, 4), inner],
      ),
    );
  }
  return join(...blocks);
}

/** A number in groups of seven bits, as Musepack has it. */
function varied(value: number): Uint8Array {
  const bytes = [value & 0x7f];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128))
    bytes.unshift(0x80 | (rest & 0x7f));
  return Uint8Array.from(bytes);
}

/** A Musepack of stream version 8, 44.1 kHz, 2 kB a second, with its index at the end. */
export function musepackFile({ seconds }: { seconds: number }): Uint8Array {
  const packet = (key: string, inner: Uint8Array) => join(key, inner.length + 3, inner);
  const header = packet(
    'SH',
    join(big(0, 4), 8, varied(Math.round(seconds * 44_100)), varied(0), 0x1f, 0x3b),
  );
  const sound = Array.from({ length: seconds * 20 }, () => packet('AP', coded(100)));
  const soundBytes = sound.reduce((sum, { length }) => sum + length, 0);
  // The place of the index is counted from the packet that holds it.
  const offset = packet(
    'SO',
    Uint8Array.from([
      0x80 | ((soundBytes + 8) >> 14),
      0x80 | (((soundBytes + 8) >> 7) & 0x7f),
      (soundBytes + 8) & 0x7f,
      0,
      0,
    ]),
  );
  return join('MPCK', header, offset, ...sound, packet('ST', coded(20)), packet('SE', new Uint8Array()));
}

/** A Musepack of stream version 7, whose last frame has 500 samples. */
export function musepack7File({ frames }: { frames: number }): Uint8Array {
  const flags = join(
    little(frames, 4),
    little(0, 4),
    big(0, 8),
    little((0x8000_0000 + (500 << 20)) >>> 0, 4),
  );
  return join('MP+', 7, flags, little(0, 4), coded(frames * 400));
}

/** A DSF of 2.8224 MHz in one channel: 352.8 kB a second, here of silence. */
export function dsfFile({ seconds, bytes }: { seconds: number; bytes: number }): Uint8Array {
  const samples = seconds * 2_822_400;
  const format = join(
    little(1, 4),
    little(0, 4),
    little(1, 4),
    little(1, 4),
    little(2_822_400, 4),
    little(1, 4),
  );
  return join(
    ...['DSD ', little(28, 8), little(92 + bytes, 8), little(0, 8)],
    ...['fmt ', little(52, 8), format, little(samples, 8), little(4096, 4), little(0, 4)],
    ...['data', little(12 + bytes, 8), new Uint8Array(bytes).fill(0x69)],
  );
}

/** A DSDIFF of the same sound. `statedSeconds`: what its header says. */
export function dffFile({ bytes, statedBytes = bytes }: { bytes: number; statedBytes?: number }): Uint8Array {
  const chunk = (id: string, inner: Uint8Array, length = inner.length) => join(id, big(length, 8), inner);
  const properties = join('SND ', chunk('FS  ', big(2_822_400, 4)), chunk('CHNL', join(big(1, 2), 'C000')));
  const inner = join(
    'DSD ',
    chunk('PROP', properties),
    chunk('DSD ', new Uint8Array(bytes).fill(0x69), statedBytes),
  );
  return join('FRM8', big(inner.length, 8), inner);
}

/** A Monkey's Audio of 44.1 kHz: a header, and bytes in the place of sound. */
export function apeFile({ seconds, bytes }: { seconds: number; bytes: number }): Uint8Array {
  const perFrame = 73_728;
  const samples = Math.round(seconds * 44_100);
  const frames = Math.ceil(samples / perFrame);
  const last = samples - (frames - 1) * perFrame;
  const descriptor = join(
    ...['MAC ', little(3990, 2), little(0, 2), little(52, 4), little(24, 4), little(0, 4), little(0, 4)],
    ...[little(bytes, 4), little(0, 4), little(0, 4), new Uint8Array(16)],
  );
  const header = join(
    ...[little(2000, 2), little(0, 2), little(perFrame, 4), little(last, 4), little(frames, 4)],
    ...[little(16, 2), little(1, 2), little(44_100, 4)],
  );
  return join(descriptor, header, coded(bytes));
}

export interface WmaOptions {
  readonly seconds: number;
  /** A live stream does not say how long it is. */
  readonly live?: boolean;
  readonly encrypted?: boolean;
  readonly soundless?: boolean;
}

const guid = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));

/** A WMA: packets of 400 bytes, ten a second, each with the time at which it is sent; three seconds are loaded ahead. */
export function wmaFile({
  seconds,
  live = false,
  encrypted = false,
  soundless = false,
}: WmaOptions): Uint8Array {
  const preroll = 3;
  const count = Math.round(seconds * 10);
  const object = (id: string, ...parts: readonly (Uint8Array | number | string)[]) => {
    const inner = join(...parts);
    return join(guid(id), little(24 + inner.length, 8), inner);
  };
  const packets = Array.from({ length: count }, (_, i) => {
    // No sizes; the time in milliseconds, and how long the packet lasts.
    const start = join(0x82, 0, 0, 0, 0, little(i * 100 + preroll * 1000, 4), little(100, 2));
    return join(start, coded(400 - start.length));
  });
  const build = (fileSize: number) => {
    const properties = object(
      'a1dcab8c47a9cf118ee400c00c205365',
      ...[new Uint8Array(16), little(live ? 0 : fileSize, 8), little(0, 8), little(live ? 0 : count, 8)],
      ...[little(live ? 0 : Math.round((seconds + preroll) * 1e7), 8), little(Math.round(seconds * 1e7), 8)],
      ...[
        little(preroll * 1000, 8),
        little(live ? 1 : 2, 4),
        little(400, 4),
        little(400, 4),
        little(32_000, 4),
      ],
    );
    const type = soundless ? 'c0ef19bc4d5bcf11a8fd00805f5c442b' : '409e69f84d5bcf11a8fd00805f5c442b';
    const stream = object('9107dcb7b7a9cf118ee600c00c205365', guid(type), new Uint8Array(38));
    const key = encrypted ? object('fbb3112223bdd211b4b700a0c955fc6e', new Uint8Array(16)) : new Uint8Array();
    const header = join(properties, stream, key);
    return join(
      ...[
        guid('3026b2758e66cf11a6d900aa0062ce6c'),
        little(30 + header.length, 8),
        little(2, 4),
        1,
        2,
        header,
      ],
      object(
        '3626b2758e66cf11a6d900aa0062ce6c',
        new Uint8Array(16),
        little(count, 8),
        little(0, 2),
        ...packets,
      ),
    );
  };
  return build(build(0).length);
}
