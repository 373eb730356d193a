import { measureByMetadata } from './by-metadata.ts';
import type { ByteSource } from './inspection.ts';
import { BrokenAudio, type Measured, numbersIn, textIn } from './measured.ts';

/** More atoms than this on one level are not an MP4 that a program wrote (a choice). */
const maxAtoms = 2000;

interface Atom {
  readonly name: string;
  readonly at: number;
  readonly body: number;
  readonly end: number;
}

/**
 * Measures an MP4, M4A or QuickTime file. Its tags are hidden from the parser, which would read whole cover
 * pictures to throw them away; and a file that ends before its atoms do is found out first.
 * @throws BrokenAudio, NoAudio
 */
export async function measureMp4(source: ByteSource): Promise<Measured> {
  const hidden: number[] = [];
  let described = false;
  for await (const atom of atoms(source, 0, source.size)) {
    if (atom.end > source.size) {
      throw new BrokenAudio('This file is cut short: it ends before its sound does.');
    }
    if (atom.name === 'udta' || atom.name === 'meta') hidden.push(atom.at + 4);
    if (atom.name !== 'moov') continue;
    described = true;
    for await (const child of atoms(source, atom.body, atom.end)) {
      if (child.name === 'udta' || child.name === 'meta') hidden.push(child.at + 4);
    }
  }
  if (!described) {
    throw new BrokenAudio(
      'This file lacks the part that describes its sound; its recording was not finished.',
    );
  }
  return measureByMetadata(hideAt(source, hidden));
}

async function* atoms(source: ByteSource, start: number, end: number): AsyncGenerator<Atom> {
  let at = start;
  for (let count = 0; count < maxAtoms && at + 8 <= end; count++) {
    const header = await source.read(at, 16);
    const numbers = numbersIn(header);
    const short = numbers.getUint32(0);
    const wide = short === 1 && header.length === 16;
    // 0: up to the end; 1: the size follows in 64 bits (ISO/IEC 14496-12, section 4.2).
    const size = short === 0 ? end - at : wide ? Number(numbers.getBigUint64(8)) : short;
    if (size < 8) return;
    yield { name: textIn(header, 4, 8), at, body: at + (wide ? 16 : 8), end: at + size };
    at += size;
  }
}

/** The same bytes, but with the atoms whose names are at `places` named `free`, which parsers skip. */
function hideAt(source: ByteSource, places: readonly number[]): ByteSource {
  const name = new TextEncoder().encode('free');
  return {
    size: source.size,
    async read(offset, length) {
      const bytes = await source.read(offset, length);
      for (const place of places) {
        for (let i = 0; i < name.length; i++) {
          const at = place + i - offset;
          const letter = name[i];
          if (at >= 0 && at < bytes.length && letter !== undefined) bytes[at] = letter;
        }
      }
      return bytes;
    },
  };
}
