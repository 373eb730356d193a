import { lastPlaceOf, letters } from './bytes.ts';
import type { ByteSource } from './inspection.ts';
import { BrokenAudio, type Measured, mustFit, numbersIn, promise, textIn } from './measured.ts';
import { startOfZeros } from './zero-tail.ts';

const header = 32;
const blockId = letters('wvpk');
/** How much of the end is searched for the last block, step by step: a block of half a second has 300 kB at most. */
const tails = [128 * 1024, 512 * 1024, 1024 * 1024];
/** Blocks without sound that may come first (a choice). */
const mostBlocks = 20;
const rates = [
  6000, 8000, 9600, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 64_000, 88_200, 96_000,
  192_000,
] as const;
/** Flags of a block (WavPack 5 file format): sound as bits of DSD, of which a sample here is eight. */
const dsd = 0x8000_0000;
/** Sub-block with a sample rate that is not in the list; the bits beside the id say that its size is odd or large. */
const rateId = 0x27;
const oddSize = 0x40;
const largeSize = 0x80;

interface Block {
  readonly end: number;
  /** Samples of the whole file; undefined where the writer did not know. */
  readonly total: number | undefined;
  /** Number of its first sample. */
  readonly first: number;
  readonly samples: number;
  readonly flags: number;
}

/**
 * Measures a WavPack file: its first block says how many samples the whole has, its last whole block how many there are.
 * @throws BrokenAudio
 */
export async function measureWavPack(source: ByteSource): Promise<Measured> {
  let at = 0;
  let first = blockIn(await source.read(0, header));
  for (let i = 0; first && first.samples === 0 && i < mostBlocks; i++) {
    at += first.end;
    first = blockIn(await source.read(at, header));
  }
  if (!first || first.samples === 0) throw new BrokenAudio('The header of this WavPack is damaged.');
  const rate = await rateOf(source, at, first);
  const end = await startOfZeros(source, at, source.size);
  const samples = (await lastSample(source, end)) - first.first;
  if (samples <= 0) throw new BrokenAudio('No whole block of sound was found at the end of this WavPack.');
  const seconds = samples / rate;
  mustFit(seconds, source.size);
  const promised = first.total === undefined ? seconds : first.total / rate;
  return { format: 'WavPack', extension: 'wv', seconds, ...promise(promised, seconds) };
}

function blockIn(bytes: Uint8Array, at = 0): Block | undefined {
  if (at + header > bytes.length || textIn(bytes, at, at + 4) !== 'wvpk') return undefined;
  const numbers = numbersIn(bytes);
  const version = numbers.getUint16(at + 8, true);
  if (version < 0x402 || version > 0x410) return undefined;
  const total = numbers.getUint32(at + 12, true);
  // Eight more bits of each number are in bytes of their own.
  return {
    end: at + 8 + numbers.getUint32(at + 4, true),
    total: total === 0xffff_ffff ? undefined : total + numbers.getUint8(at + 11) * (2 ** 32 - 1),
    first: numbers.getUint32(at + 16, true) + numbers.getUint8(at + 10) * 2 ** 32,
    samples: numbers.getUint32(at + 20, true),
    flags: numbers.getUint32(at + 24, true),
  };
}

/** The number of the sample behind the last block that is whole. */
async function lastSample(source: ByteSource, end: number): Promise<number> {
  for (const tail of tails) {
    const from = Math.max(0, end - tail);
    const bytes = await source.read(from, end - from);
    for (let at = lastPlaceOf(bytes, blockId); at >= 0; at = lastPlaceOf(bytes, blockId, at - 1)) {
      const block = blockIn(bytes, at);
      if (block && block.samples > 0 && block.end <= bytes.length) return block.first + block.samples;
    }
    if (from === 0) break;
  }
  return 0;
}

async function rateOf(source: ByteSource, at: number, { flags, end }: Block): Promise<number> {
  const known = rates[(flags >>> 23) & 0x0f];
  const times = (flags & dsd) !== 0 ? 8 : 1;
  if (known !== undefined) return known * times;
  const bytes = await source.read(at + header, Math.min(end, 64 * 1024) - header);
  for (let next = 0; next + 2 <= bytes.length; ) {
    const id = bytes[next] ?? 0;
    const large = (id & largeSize) !== 0;
    const words =
      (bytes[next + 1] ?? 0) + (large ? (bytes[next + 2] ?? 0) * 256 + (bytes[next + 3] ?? 0) * 65_536 : 0);
    const body = next + (large ? 4 : 2);
    if ((id & ~(oddSize | largeSize)) === rateId && body + 3 <= bytes.length) {
      const rate = (bytes[body] ?? 0) + (bytes[body + 1] ?? 0) * 256 + (bytes[body + 2] ?? 0) * 65_536;
      if (rate > 0) return rate * times;
    }
    next = body + 2 * words;
  }
  throw new BrokenAudio('The header of this WavPack does not say its sample rate.');
}
