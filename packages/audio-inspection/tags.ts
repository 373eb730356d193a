import type { ByteSource } from './inspection.ts';
import { numbersIn, textIn } from './measured.ts';

/** Tags in a row, at either end, that are skipped (a choice). */
const mostTags = 4;

/**
 * Where the audio begins: after any ID3v2 and APEv2 tags, which are skipped by the size they state and not read,
 * because a cover picture in one can be larger than everything we are ready to read.
 */
export async function audioStart(source: ByteSource): Promise<number> {
  let start = 0;
  // More than one tag happens when programs put theirs before another's.
  for (let tags = 0; tags < mostTags; tags++) {
    const header = await source.read(start, 32);
    const length = id3Bytes(header) ?? apeBytes(header);
    if (length === undefined) break;
    start += length;
  }
  return start;
}

/** Where the audio ends: before ID3v1, Lyrics3, APEv2 and ID3v2 tags at the end of the file. */
export async function audioEnd(source: ByteSource): Promise<number> {
  let end = source.size;
  for (let tags = 0; tags < mostTags; tags++) {
    const bytes = await source.read(Math.max(0, end - 128), Math.min(128, end));
    const length = bytes.length < 128 ? undefined : tagBytesAtEnd(bytes);
    if (length === undefined || length > end) break;
    end -= length;
  }
  return end;
}

function tagBytesAtEnd(bytes: Uint8Array): number | undefined {
  if (textIn(bytes, 0, 3) === 'TAG') return 128;
  // Six digits of a size, which counts neither itself nor the marker behind it.
  if (textIn(bytes, 119, 128) === 'LYRICS200') {
    const size = /^\d{6}$/.exec(textIn(bytes, 113, 119))?.[0];
    return size === undefined ? undefined : Number(size) + 15;
  }
  return apeBytes(bytes.subarray(96)) ?? id3Bytes(bytes.subarray(118));
}

/** Bytes of an ID3v2 tag with its header, or with the footer that says the same (ID3v2.4, section 3). */
function id3Bytes(bytes: Uint8Array): number | undefined {
  const word = textIn(bytes, 0, 3);
  if (bytes.length < 10 || (word !== 'ID3' && word !== '3DI')) return undefined;
  const size = bytes.subarray(6, 10);
  // Seven bits in each byte; anything else is no tag (section 3.1).
  if (size.some((byte) => byte > 0x7f)) return undefined;
  const length = size.reduce((sum, byte) => sum * 128 + byte, 0);
  return 10 + length + ((bytes[5] ?? 0) & 0x10 ? 10 : 0);
}

/** Bytes of an APEv2 tag with header and footer, each of which says how long the rest is. */
function apeBytes(bytes: Uint8Array): number | undefined {
  if (bytes.length < 32 || textIn(bytes, 0, 8) !== 'APETAGEX') return undefined;
  const numbers = numbersIn(bytes);
  // The size counts the footer; the highest bit of the flags says that there is a header too.
  return numbers.getUint32(12, true) + (numbers.getUint32(20, true) & 0x8000_0000 ? 32 : 0);
}
