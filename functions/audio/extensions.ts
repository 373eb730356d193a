import { extname } from 'node:path';

const extensions = new Set(
  'mp3 mp2 mpga wav wave w64 flac m4a m4b m4r aac adts ogg oga opus spx aif aiff aifc caf wma ape wv mka ac3 amr au snd'.split(
    ' ',
  ),
);

/** Does the file's name promise audio? A file that promises it is always checked, and refused if it lies. */
export function promisesAudio(name: string): boolean {
  return extensions.has(extname(name).slice(1).toLowerCase());
}
