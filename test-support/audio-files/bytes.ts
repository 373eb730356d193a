/** Bytes of text in Latin-1. */
export function text(words: string): Uint8Array {
  const bytes = new Uint8Array(words.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = words.charCodeAt(i);
  return bytes;
}

/** Pieces in one array; numbers are single bytes. */
export function join(...parts: readonly (Uint8Array | number | string)[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += typeof part === 'number' ? 1 : part.length;
  // Not a Buffer: its `slice` shares memory, and tests compare with plain arrays.
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    if (typeof part === 'number') {
      whole[at++] = part;
      continue;
    }
    whole.set(typeof part === 'string' ? text(part) : part, at);
    at += part.length;
  }
  return whole;
}

/** A whole number in so many bytes, the lowest first. */
export function little(value: number | bigint, bytes: number): Uint8Array {
  return big(value, bytes).reverse();
}

/** A whole number in so many bytes, the highest first. */
export function big(value: number | bigint, bytes: number): Uint8Array {
  const result = new Uint8Array(bytes);
  let rest = BigInt.asUintN(8 * bytes, BigInt(value));
  for (let i = bytes - 1; i >= 0; i--) {
    result[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return result;
}

const tables = new Map<string, Uint32Array>();

/** What each byte does to a CRC: files of half an hour are made here. */
function crcTable(width: 8 | 16 | 32, polynomial: number): Uint32Array {
  const key = `${width} ${polynomial}`;
  const found = tables.get(key);
  if (found) return found;
  const top = 2 ** (width - 1);
  const table = Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte * 2 ** (width - 8);
    for (let bit = 0; bit < 8; bit++) {
      const carry = value >= top;
      value = (value * 2) % 2 ** width;
      if (carry) value = (value ^ polynomial) >>> 0;
    }
    return value;
  });
  tables.set(key, table);
  return table;
}

/** CRC without reflection: FLAC's of 8 and 16 bits, Ogg's of 32. */
export function crc(bytes: Uint8Array, width: 8 | 16 | 32, polynomial: number): number {
  const table = crcTable(width, polynomial);
  const mask = width === 32 ? 0xffffffff : 2 ** width - 1;
  let value = 0;
  for (let i = 0; i < bytes.length; i++) {
    const index = ((value >>> (width - 8)) ^ (bytes[i] ?? 0)) & 0xff;
    value = ((value << 8) & mask) ^ (table[index] ?? 0);
  }
  return value >>> 0;
}
