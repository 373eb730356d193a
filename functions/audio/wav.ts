import type { ByteSource } from './inspection.ts';
import { BrokenAudio, type Measured, numbersIn, promise, textIn } from './measured.ts';

/** Format tags whose samples all have the same size: PCM, float, A-law, µ-law, extensible. */
const evenlySized = new Set([0x0001, 0x0003, 0x0006, 0x0007, 0xfffe]);

/** ADPCM of Microsoft and of the IMA: blocks of one size, each with a stated number of samples. */
const inBlocks = new Set([0x0002, 0x0011]);

/** More chunks than this before the sound are not a WAV that a program wrote (a choice). */
const maxChunks = 200;

interface Format {
  readonly bytesPerSecond: number;
}

/**
 * Measures a RIFF/WAVE file (RF64 and BW64 too) by the sound bytes that exist. Programs that write to a pipe
 * leave the sizes as 0 or all ones, so these promise nothing; any other size is held against the file.
 * @throws BrokenAudio
 */
export async function measureWav(source: ByteSource): Promise<Measured> {
  let format: Format | undefined;
  let longDataSize: number | undefined;
  let at = 12;
  for (let chunks = 0; chunks < maxChunks && at + 8 <= source.size; chunks++) {
    const header = await source.read(at, 8);
    const id = textIn(header, 0, 4);
    const length = numbersIn(header).getUint32(4, true);
    const body = at + 8;
    if (id === 'fmt ') format = readFormat(await source.read(body, Math.min(length, 40)));
    if (id === 'ds64') longDataSize = readLongDataSize(await source.read(body, Math.min(length, 28)));
    if (id === 'data') {
      if (!format) throw new BrokenAudio('This WAV has sound before it says in which format.');
      const there = source.size - body;
      const stated = length === 0xffffffff && longDataSize !== undefined ? longDataSize : length;
      const open = stated === 0xffffffff || (stated === 0 && there > 8);
      const seconds = (open ? there : Math.min(stated, there)) / format.bytesPerSecond;
      if (seconds === 0) throw new BrokenAudio('This WAV holds no sound: its header is followed by nothing.');
      const promised = open ? {} : promise(stated / format.bytesPerSecond, seconds);
      return { format: 'WAV', extension: 'wav', seconds, ...promised };
    }
    at = body + length + (length % 2);
  }
  throw new BrokenAudio('This WAV holds no sound: its header is not followed by any.');
}

function readFormat(bytes: Uint8Array): Format {
  if (bytes.length < 16) throw new BrokenAudio('The header of this WAV is cut off.');
  const numbers = numbersIn(bytes);
  const tag = numbers.getUint16(0, true);
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
  if (bytesPerSecond === 0 || sampleRate < 1000 || sampleRate > 1_000_000 || channels > 64) {
    throw new BrokenAudio('The header of this WAV makes no sense.');
  }
  return { bytesPerSecond };
}

/** The size of `data` in a file larger than 4 GB (EBU Tech 3306, chunk `ds64`). */
function readLongDataSize(bytes: Uint8Array): number | undefined {
  return bytes.length < 16 ? undefined : Number(numbersIn(bytes).getBigUint64(8, true));
}
