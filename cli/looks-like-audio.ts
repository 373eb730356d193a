import { open } from 'node:fs/promises';
import { fileTypeFromBuffer } from 'file-type';
import { promisesAudio } from '../functions/audio/formats.ts';

/** As much as `file-type` reads at most for what it knows by its first bytes. */
const sample = 4100;

/**
 * Should this file in a folder be taken? Yes when its name promises audio, or its content is audio under
 * another name. A file that cannot be read counts by its name.
 */
export async function looksLikeAudio(
  path: string,
  { byNameOnly }: { byNameOnly: boolean },
): Promise<boolean> {
  if (promisesAudio(path)) return true;
  if (byNameOnly) return false;
  try {
    await using file = await open(path, 'r');
    const { buffer, bytesRead } = await file.read(Buffer.alloc(sample), 0, sample, 0);
    const type = await fileTypeFromBuffer(buffer.subarray(0, bytesRead));
    return type?.mime.startsWith('audio/') ?? false;
  } catch {
    return false;
  }
}
