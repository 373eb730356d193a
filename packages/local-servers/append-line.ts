import { fstatSync, ftruncateSync, writeSync } from 'node:fs';

/**
 * Adds a line to a file that is open for appending; on return it is with the operating system, so that a kill does not
 * lose it. Of a line that does not fit, nothing stays: the next one would be added to half of it.
 * @param line without its end
 * @throws the system's error
 */
export function appendLine(fd: number, line: string, write: typeof writeSync = writeSync): void {
  const before = fstatSync(fd).size;
  const bytes = Buffer.from(`${line}\n`);
  try {
    for (let written = 0; written < bytes.length; ) written += write(fd, bytes, written);
  } catch (error) {
    ftruncateSync(fd, before);
    throw error;
  }
}
