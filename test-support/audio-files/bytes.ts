/** Bytes of text in Latin-1. */
export function text(words: string): Uint8Array {
  return Uint8Array.from(words, (letter) => letter.charCodeAt(0));
}

/** Pieces in one array; numbers are single bytes. */
export function join(...parts: readonly (Uint8Array | number | string)[]): Uint8Array {
  const whole = Buffer.concat(
    parts.map((part) =>
      typeof part === 'number' ? Uint8Array.of(part) : typeof part === 'string' ? text(part) : part,
    ),
  );
  // Not a Buffer: its `slice` shares memory, and tests compare with plain arrays.
  return new Uint8Array(whole);
}

/** A whole number in so many bytes, the lowest first. */
export function little(value: number | bigint, bytes: number): Uint8Array {
  return big(value, bytes).reverse();
}

/** A whole number in so many bytes, the highest first. */
export function big(value: number | bigint, bytes: number): Uint8Array {
  const rest = BigInt.asUintN(8 * bytes, BigInt(value));
  return Uint8Array.from({ length: bytes }, (_, i) => Number((rest >> BigInt(8 * (bytes - 1 - i))) & 0xffn));
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
