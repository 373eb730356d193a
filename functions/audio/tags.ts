import type { ByteSource } from './inspection.ts';
import { numbersIn, textIn } from './measured.ts';

/**
 * Where the audio begins: after any ID3v2 tags, which are skipped by the size they state and not read,
 * because a cover picture in one can be larger than everything we are ready to read.
 */
export async function audioStart(source: ByteSource): Promise<number> {
  let start = 0;
  // More than one tag happens when programs put theirs before another's; four is a choice.
  for (let tags = 0; tags < 4; tags++) {
    const header = await source.read(start, 10);
    if (header.length < 10 || textIn(header, 0, 3) !== 'ID3') break;
    const size = header.subarray(6, 10);
    // Seven bits in each byte; anything else is no tag (ID3v2.4, section 3.1).
    if (size.some((byte) => byte > 0x7f)) break;
    const length = size.reduce((sum, byte) => sum * 128 + byte, 0);
    const footer = (header[5] ?? 0) & 0x10 ? 10 : 0;
    start += 10 + length + footer;
  }
  return start;
}

/** Where the audio ends: before an APEv2 tag and an ID3v1 tag at the end of the file. */
export async function audioEnd(source: ByteSource): Promise<number> {
  let end = source.size;
  const last = await source.read(Math.max(0, end - 128), 128);
  if (last.length === 128 && textIn(last, 0, 3) === 'TAG') end -= 128;
  const footer = await source.read(Math.max(0, end - 32), 32);
  if (footer.length === 32 && textIn(footer, 0, 8) === 'APETAGEX') {
    const numbers = numbersIn(footer);
    const withHeader = numbers.getUint32(20, true) & 0x80000000 ? 32 : 0;
    const length = numbers.getUint32(12, true) + withHeader;
    if (length <= end) end -= length;
  }
  return end;
}
