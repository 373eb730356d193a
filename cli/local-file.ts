import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { ByteSource } from '../packages/audio-inspection/inspection.ts';

/** A file on this machine, open for reading. */
export interface LocalFile {
  readonly source: ByteSource;
  /** SHA-256 of the whole file, 64 lower-case hex digits, read as a stream. */
  sha256(): Promise<string>;
  close(): Promise<void>;
}

/**
 * Opens a file for inspection and hashing.
 * @throws the system's error (`ENOENT`, `EACCES`, …), or an `EISDIR` for what is not a regular file
 */
export async function openLocalFile(path: string): Promise<LocalFile> {
  const handle = await open(path, 'r');
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) {
      throw Object.assign(new Error(`${path} is not a regular file`), { code: 'EISDIR' });
    }
    const { size } = stats;
    return {
      source: {
        size,
        async read(offset, length) {
          const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
          let filled = 0;
          // A read may give less than asked for before the end.
          while (filled < bytes.length) {
            const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, offset + filled);
            if (bytesRead === 0) break;
            filled += bytesRead;
          }
          return bytes.subarray(0, filled);
        },
      },
      async sha256() {
        const hash = createHash('sha256');
        for await (const chunk of handle.createReadStream({ start: 0, autoClose: false })) hash.update(chunk);
        return hash.digest('hex');
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}
