import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileTypeFromBuffer } from 'file-type';

/** Extensions that promise audio. A file with one of them is always checked, and refused if it lies. */
const audioExtensions = new Set(
  'mp3 mp2 mpga wav wave w64 flac m4a m4b m4r aac adts ogg oga opus spx aif aiff aifc caf wma ape wv mka ac3 amr au snd'.split(
    ' ',
  ),
);

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
  if (audioExtensions.has(extname(path).slice(1).toLowerCase())) return true;
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
