import { inspectAudio } from '../packages/audio-inspection/inspect-audio.ts';
import type { FileInspector } from './check-files.ts';
import { openLocalFile } from './local-file.ts';

/** Looks at files on this disk with the very inspection that the functions use. */
export const localFiles: FileInspector = {
  async inspect(path, limits) {
    const file = await openLocalFile(path);
    try {
      const inspection = await inspectAudio(file.source, limits);
      const sha256 = inspection.usable ? await file.sha256() : undefined;
      return { inspection, size: file.source.size, sha256 };
    } finally {
      await file.close();
    }
  },
};
