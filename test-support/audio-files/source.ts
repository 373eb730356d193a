import type { ByteSource } from '../../packages/audio-inspection/inspection.ts';

/** Bytes in memory as a source that counts what is read of it. */
export function countedSource(
  bytes: Uint8Array,
): ByteSource & { readonly reads: number; readonly bytesRead: number } {
  let reads = 0;
  let bytesRead = 0;
  return {
    size: bytes.length,
    get reads() {
      return reads;
    },
    get bytesRead() {
      return bytesRead;
    },
    async read(offset, length) {
      const part = bytes.slice(offset, offset + length);
      reads++;
      bytesRead += part.length;
      return part;
    },
  };
}
