import { hexOf } from './bytes.ts';
import type { ByteSource } from './inspection.ts';
import { BrokenAudio, numbersIn, textIn } from './measured.ts';

/** A piece of a file that says what it is and how long: a chunk of a WAV, a box of an MP4, an element of a WebM. */
export interface Chunk {
  /** Four letters, a GUID in hex, or the digits of an element's id. */
  readonly id: string;
  /** Where its header begins, and where its content does. */
  readonly at: number;
  readonly body: number;
  /** Where it says that it ends; perhaps behind the end of the file. */
  readonly end: number;
  /** It leaves that open: `end` is that of what it lies in. */
  readonly open: boolean;
}

/** What a header says, sizes in bytes; `body` is Infinity where the size is left open. */
interface Header {
  readonly id: string;
  readonly header: number;
  readonly body: number;
}

/** How one family of formats writes the headers of its chunks. */
export interface ChunkForm {
  /** Bytes of the shortest header and of the longest. */
  readonly least: number;
  readonly look: number;
  /** Chunks begin at even places. */
  readonly even?: boolean;
  read(bytes: Uint8Array): Header | undefined;
}

/** Four letters and a size, in the byte order and width that a family has; `own` where the size counts the header. */
function lettersThenSize(kind: { width: 4 | 8; little: boolean; own?: boolean }): ChunkForm {
  const header = 4 + kind.width;
  return {
    least: header,
    look: header,
    even: !kind.own,
    read(bytes) {
      const numbers = numbersIn(bytes);
      const size =
        kind.width === 4 ? numbers.getUint32(4, kind.little) : Number(numbers.getBigUint64(4, kind.little));
      return { id: textIn(bytes, 0, 4), header, body: kind.own ? size - header : size };
    },
  };
}

/** WAV. */
export const riff = lettersThenSize({ width: 4, little: true });
/** AIFF. */
export const iff = lettersThenSize({ width: 4, little: false });
/** DSDIFF. */
export const iff64 = lettersThenSize({ width: 8, little: false });
/** DSF. */
export const dsf = lettersThenSize({ width: 8, little: true, own: true });

/** MP4 and QuickTime. Size 0: up to the end; 1: 64 bits follow (ISO/IEC 14496-12, section 4.2). */
export const box: ChunkForm = {
  least: 8,
  look: 16,
  read(bytes) {
    const numbers = numbersIn(bytes);
    const size = numbers.getUint32(0);
    const id = textIn(bytes, 4, 8);
    if (size === 0) return { id, header: 8, body: Number.POSITIVE_INFINITY };
    if (size !== 1) return { id, header: 8, body: size - 8 };
    return bytes.length < 16 ? undefined : { id, header: 16, body: Number(numbers.getBigUint64(8)) - 16 };
  },
};

/** WMA: objects with a GUID, in the order in which it is written. */
export const asf: ChunkForm = {
  least: 24,
  look: 24,
  read: (bytes) => ({
    id: hexOf(bytes.subarray(0, 16)),
    header: 24,
    body: Number(numbersIn(bytes).getBigUint64(16, true)) - 24,
  }),
};

/** WebM and Matroska (RFC 8794): an id and a size, each as long as its leading zeros say. */
export const element: ChunkForm = {
  least: 2,
  look: 12,
  read(bytes) {
    const idLength = Math.clz32(bytes[0] ?? 0) - 23;
    const size = idLength > 4 ? undefined : codedNumber(bytes, idLength);
    if (!size) return undefined;
    const id = hexOf(bytes.subarray(0, idLength));
    return { id, header: idLength + size.length, body: size.value };
  },
};

/** A number whose leading zeros say how many bytes it has; Infinity for "unknown", all ones. */
export function codedNumber(bytes: Uint8Array, at: number): { value: number; length: number } | undefined {
  const length = Math.clz32(bytes[at] ?? 0) - 23;
  if (length > 8 || at + length > bytes.length) return undefined;
  let value = (bytes[at] ?? 0) & (0xff >> length);
  let ones = value === 0xff >> length;
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i] ?? 0;
    value = value * 256 + byte;
    ones &&= byte === 0xff;
  }
  return { value: ones ? Number.POSITIVE_INFINITY : value, length };
}

/** More chunks than this on one level are in no file that a program wrote (a choice). */
const most = 2000;

/** The chunks from `from` to `to`, each by its header alone. Ends silently at what is no chunk. */
export async function* chunks(
  source: ByteSource,
  form: ChunkForm,
  from: number,
  to: number = source.size,
): AsyncGenerator<Chunk> {
  const until = Math.min(to, source.size);
  for (let at = from, count = 0; count < most && at < until; count++) {
    const bytes = await source.read(at, Math.min(form.look, until - at));
    const found = bytes.length < form.least ? undefined : form.read(bytes);
    if (!found || found.body < 0) return;
    const body = at + found.header;
    const open = found.body === Number.POSITIVE_INFINITY;
    const end = open ? to : body + found.body;
    yield { id: found.id, at, body, end, open };
    at = form.even && end % 2 === 1 ? end + 1 : end;
  }
}

/** The content of a chunk, at most `length` bytes of it; what is missing at its end is left out. */
export function content(source: ByteSource, chunk: Chunk, length: number): Promise<Uint8Array> {
  return source.read(chunk.body, Math.min(length, chunk.end - chunk.body));
}

/**
 * Exactly so many bytes of a header.
 * @throws BrokenAudio if there are fewer
 */
export async function headerBytes(source: ByteSource, at: number, length: number): Promise<Uint8Array> {
  const bytes = await source.read(at, length);
  if (bytes.length < length) throw new BrokenAudio('The header of this file is cut off.');
  return bytes;
}
