import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** The checksums that an object can be uploaded with, with their length in bytes. */
export const checksumLengths = { CRC32: 4, CRC32C: 4, CRC64NVME: 8, SHA1: 20, SHA256: 32 } as const;
export type ChecksumAlgorithm = keyof typeof checksumLengths;

export const checksumAlgorithms = Object.keys(checksumLengths).filter(isAlgorithm);

/** S3 computes it where the uploader names none (documented, since December 2024). */
export const defaultAlgorithm: ChecksumAlgorithm = 'CRC64NVME';

export function isAlgorithm(name: string): name is ChecksumAlgorithm {
  return Object.hasOwn(checksumLengths, name);
}

/** The header, or trailer, that carries it. */
export const checksumHeader = (algorithm: ChecksumAlgorithm) => `x-amz-checksum-${algorithm.toLowerCase()}`;

/** A digest of bytes that come in pieces. */
export interface RunningDigest {
  update(bytes: Uint8Array): void;
  digest(): Buffer;
}

/** Reflected tables of a CRC of 64 bits, or of 32 in the lower halves: an entry for each byte. */
function crcTables(high: number, low: number): { high: Uint32Array; low: Uint32Array } {
  const tables = { high: new Uint32Array(256), low: new Uint32Array(256) };
  for (let byte = 0; byte < 256; byte++) {
    let [h, l] = [0, byte];
    for (let bit = 0; bit < 8; bit++) {
      const odd = l & 1;
      l = (l >>> 1) | (h << 31);
      h >>>= 1;
      if (odd) {
        h ^= high;
        l ^= low;
      }
    }
    tables.high[byte] = h;
    tables.low[byte] = l;
  }
  return tables;
}

const nvme = crcTables(0x9a6c9329, 0xac4bc9b5);
const castagnoli = crcTables(0, 0x82f63b78);

/** CRC-64/NVME and CRC-32C: reflected, initial value and final XOR all ones. Halves, because BigInt is far slower. */
function tableCrc({ high, low }: ReturnType<typeof crcTables>, length: 4 | 8): RunningDigest {
  let [h, l] = [length === 8 ? -1 : 0, -1];
  return {
    update(bytes) {
      // Variables and indexes of its own: several times as fast as an iterator and those of the closure.
      let [upper, lower] = [h, l];
      for (let i = 0; i < bytes.length; i++) {
        const index = (lower ^ (bytes[i] ?? 0)) & 0xff;
        lower = ((lower >>> 8) | (upper << 24)) ^ (low[index] ?? 0);
        upper = (upper >>> 8) ^ (high[index] ?? 0);
      }
      [h, l] = [upper, lower];
    },
    digest() {
      const sum = Buffer.alloc(8);
      sum.writeInt32BE(~h, 0);
      sum.writeInt32BE(~l, 4);
      return sum.subarray(8 - length);
    },
  };
}

function zlibCrc(): RunningDigest {
  let value = 0;
  return {
    update(bytes) {
      value = crc32(bytes, value);
    },
    digest() {
      const sum = Buffer.alloc(4);
      sum.writeUInt32BE(value);
      return sum;
    },
  };
}

export function runningDigest(algorithm: ChecksumAlgorithm | 'MD5'): RunningDigest {
  switch (algorithm) {
    case 'CRC32':
      return zlibCrc();
    case 'CRC32C':
      return tableCrc(castagnoli, 4);
    case 'CRC64NVME':
      return tableCrc(nvme, 8);
    default: {
      const hash = createHash(algorithm.toLowerCase());
      return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
    }
  }
}
