import type { ByteSource } from './inspection.ts';
import { numbersIn } from './measured.ts';

/** How much of the beginning is searched (a choice; both statements come within the first kilobytes). */
const searched = 16 * 1024;

const matroska = Buffer.from('1a45dfa3', 'hex');
const matroskaSegment = Buffer.from('18538067', 'hex');
const asf = Buffer.from('3026b275', 'hex');
/** GUID of ASF's File Properties Object, as it is written; the file's size is 40 bytes from its beginning. */
const asfFileProperties = Buffer.from('a1dcab8c47a9cf118ee400c00c205365', 'hex');

/**
 * The size in bytes that a Matroska, WebM or WMA file says it has; nothing when it does not say.
 * `music-metadata` does not tell, and both keep claiming their full length when their end is missing.
 */
export async function statedSize(source: ByteSource): Promise<number | undefined> {
  const bytes = Buffer.from(await source.read(0, searched));
  if (bytes.indexOf(matroska) === 0) return segmentEnd(bytes);
  const properties = bytes.indexOf(asf) === 0 ? bytes.indexOf(asfFileProperties) : -1;
  if (properties < 0 || properties + 48 > bytes.length) return undefined;
  return Number(bytes.readBigUInt64LE(properties + 40));
}

/** Where the segment ends; its size is a number whose leading zeros tell how many bytes it has (RFC 8794). */
function segmentEnd(bytes: Uint8Array): number | undefined {
  const at = Buffer.from(bytes).indexOf(matroskaSegment) + matroskaSegment.length;
  const length = Math.clz32(bytes[at] ?? 0) - 23;
  if (at < matroskaSegment.length || length > 8 || at + 8 > bytes.length) return undefined;
  const coded = numbersIn(bytes).getBigUint64(at) >> BigInt(8 * (8 - length));
  const size = coded & ((1n << BigInt(7 * length)) - 1n);
  const unknown = size === (1n << BigInt(7 * length)) - 1n;
  return unknown ? undefined : at + length + Number(size);
}
