import { mayHoldAudio, promisesAudio } from '../packages/audio-inspection/formats.ts';
import { inspectAudio } from '../packages/audio-inspection/inspect-audio.ts';
import { openLocalFile } from './local-file.ts';

const anyLength = { minSeconds: 0, maxSeconds: Number.MAX_VALUE, maxBytes: Number.MAX_VALUE };

/**
 * Why a file in a folder is not taken; nothing when it is. It is when its name promises audio; else its content decides,
 * so that a video counts when it has sound, and the check reports what is damaged or could be converted.
 */
export async function reasonToSkip(path: string): Promise<string | undefined> {
  if (promisesAudio(path)) return undefined;
  try {
    const file = await openLocalFile(path);
    try {
      const found = await inspectAudio(file.source, anyLength);
      if (found.usable || found.convertTo !== undefined) return undefined;
      if (found.problem !== 'not-audio' && found.problem !== 'empty') return undefined;
      return mayHoldAudio(path) ? `not audio (${found.reason})` : 'not audio';
    } finally {
      await file.close();
    }
  } catch {
    return mayHoldAudio(path) ? undefined : 'not audio';
  }
}
