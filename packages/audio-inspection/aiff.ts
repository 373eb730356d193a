import { ReadBudgetSpent } from './bounded-source.ts';
import { type Chunk, chunks, content, iff } from './chunks.ts';
import type { ByteSource } from './inspection.ts';
import { BrokenAudio, type Measured, mustFit, numbersIn, promise, textIn } from './measured.ts';

/** Bits of one sample of one channel, by the compression of an AIFC; NONE and its like say it in the header. */
const bitsPerSample: ReadonlyMap<string, number> = new Map([
  ['fl32', 32],
  ['FL32', 32],
  ['fl64', 64],
  ['FL64', 64],
  ['in24', 24],
  ['in32', 32],
  ['ulaw', 8],
  ['ULAW', 8],
  ['alaw', 8],
  ['ALAW', 8],
  // 34 bytes hold 64 samples. Writers disagree on whether the header then counts samples or packets.
  ['ima4', (34 * 8) / 64],
  ['MAC3', 8 / 3],
  ['MAC6', 8 / 6],
  ['G722', 4],
  // 33 bytes hold 160 samples.
  ['GSM ', (33 * 8) / 160],
]);
const plain = new Set(['AIFF', 'NONE', 'none', 'twos', 'sowt', 'raw ']);

/** Sizes that a stream writes for want of a better one: all ones, and what sox writes. */
const openSizes = [0xffff_ffff, 0x7f00_0000];

interface Common {
  readonly samples: number;
  readonly rate: number;
  /** Bytes a second; 0 where the compression is another one. */
  readonly bytesPerSecond: number;
}

/**
 * Measures an AIFF or AIFC by the bytes of sound that exist (Audio Interchange File Format, versions 1.3 and C).
 * @throws BrokenAudio
 */
export async function measureAiff(source: ByteSource): Promise<Measured> {
  const kind = textIn(await source.read(8, 4), 0, 4);
  const named = { format: 'AIFF', extension: 'aiff' };
  let common: Common | undefined;
  let sound: { there: number; stated: number } | undefined;
  try {
    for await (const chunk of chunks(source, iff, 12)) {
      if (chunk.id === 'COMM') common = readCommon(await content(source, chunk, 22), kind);
      if (chunk.id === 'SSND') sound = soundIn(chunk, source.size);
      if (common && sound) break;
    }
  } catch (error) {
    if (!(error instanceof ReadBudgetSpent) || !common) throw error;
    const seconds = common.samples / common.rate;
    mustFit(seconds, source.size);
    const warning = 'It could be read only in part: the length is what its header says.';
    return { ...named, seconds, warning };
  }
  if (!common) throw new BrokenAudio('The header of this AIFF is damaged.');
  if (!sound || sound.there === 0) throw new BrokenAudio('This AIFF holds no sound.');
  const promised =
    common.bytesPerSecond > 0 ? sound.stated / common.bytesPerSecond : common.samples / common.rate;
  const seconds = (promised * sound.there) / sound.stated;
  return { ...named, seconds, ...promise(promised, seconds) };
}

/** Bytes of sound, which come behind an offset and a block size. A stream leaves the size open. */
function soundIn({ body, end }: Chunk, size: number) {
  const stated = end - body - 8;
  const there = Math.max(0, size - body - 8);
  const open = stated < 0 || openSizes.some((size) => stated <= size && stated > size - 64);
  return open ? { there, stated: there } : { there: Math.min(there, stated), stated };
}

function readCommon(bytes: Uint8Array, kind: string): Common {
  if (bytes.length < 18) throw new BrokenAudio('The header of this AIFF is cut off.');
  const numbers = numbersIn(bytes);
  const channels = numbers.getUint16(0);
  // 80 bits: an exponent and, with its leading one, a fraction.
  const rate = Number(numbers.getBigUint64(10)) * 2 ** ((numbers.getUint16(8) & 0x7fff) - 16_383 - 63);
  const compression = kind === 'AIFC' ? textIn(bytes, 18, 22) : 'AIFF';
  const bits = plain.has(compression)
    ? 8 * Math.ceil(numbers.getUint16(6) / 8)
    : (bitsPerSample.get(compression) ?? 0);
  if (channels === 0 || !(rate >= 1000 && rate <= 1_000_000) || (plain.has(compression) && bits === 0)) {
    throw new BrokenAudio('The header of this AIFF makes no sense.');
  }
  return { samples: numbers.getUint32(2), rate, bytesPerSecond: (rate * channels * bits) / 8 };
}
