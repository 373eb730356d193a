import { headerBytes } from './chunks.ts';
import type { ByteSource } from './inspection.ts';
import { BrokenAudio, type Measured, mustFit, numbersIn, promise } from './measured.ts';
import { audioEnd } from './tags.ts';
import { startOfZeros } from './zero-tail.ts';

/** Samples of a frame in versions before 3.98, which do not say it. */
function samplesPerFrame(version: number, level: number): number {
  if (version >= 3950) return 73_728 * 4;
  return version >= 3900 || (version >= 3800 && level === 4000) ? 73_728 : 9216;
}

/**
 * Measures a Monkey's Audio file by its header (SDK of Monkey's Audio, `APE_DESCRIPTOR` and `APE_HEADER`). Since
 * version 3.98 the header says how many bytes the sound has, so that a file that was cut short is known.
 * @throws BrokenAudio
 */
export async function measureApe(source: ByteSource): Promise<Measured> {
  const numbers = numbersIn(await headerBytes(source, 0, 80));
  const version = numbers.getUint16(4, true);
  const isNew = version >= 3980;
  const at = isNew ? numbers.getUint32(8, true) : 6;
  const head = numbersIn(await headerBytes(source, at, 26));
  const fields = isNew
    ? { perFrame: head.getUint32(4, true), last: head.getUint32(8, true), frames: head.getUint32(12, true) }
    : {
        perFrame: samplesPerFrame(version, head.getUint16(0, true)),
        last: head.getUint32(22, true),
        frames: head.getUint32(18, true),
      };
  const rate = isNew ? head.getUint32(20, true) : head.getUint32(6, true);
  if (rate === 0 || fields.frames === 0)
    throw new BrokenAudio("The header of this Monkey's Audio makes no sense.");
  const promised = ((fields.frames - 1) * fields.perFrame + fields.last) / rate;
  // Descriptor, header, table of frames, header of the WAV, frames (64 bits in two halves).
  const stated = isNew
    ? [8, 12, 16, 20, 24].reduce((sum, field) => sum + numbers.getUint32(field, true), 0) +
      numbers.getUint32(28, true) * 2 ** 32
    : 0;
  mustFit(promised, Math.max(stated, source.size));
  const end = await startOfZeros(source, 0, await audioEnd(source));
  const seconds = stated > 0 ? promised * Math.min(1, end / stated) : promised;
  return { format: "Monkey's Audio", extension: 'ape', seconds, ...promise(promised, seconds) };
}
