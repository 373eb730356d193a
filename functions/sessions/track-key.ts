import { promisesAudio } from '../audio/extensions.ts';
import type { Track } from './session.ts';

/** Where a session keeps its audio. */
export const audioFolder = (sessionId: string) => `audio/${sessionId}/`;

/**
 * Where a declared file is uploaded. The key names the bytes, so that a late upload of a file that was replaced
 * never lands in the place of the new one. It ends as the file's name does, if that promises audio.
 */
export function trackKey(track: Pick<Track, 'sessionId' | 'trackId' | 'file' | 'sha256'>): string {
  const { sessionId, trackId, file, sha256 = '' } = track;
  const extension = promisesAudio(file) ? `.${extensionOf(file)}` : '';
  return `${audioFolder(sessionId)}${trackId}.${sha256}${extension}`;
}

/** What follows the last dot of a key or a name, in lower case; undefined without one. */
export function extensionOf(name: string): string | undefined {
  return /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase();
}
