import { promisesAudio } from '../../packages/audio-inspection/formats.ts';
import { audioPrefix, musicPrefix } from '../shared/object-folders.ts';
import { extensionOf } from './audio-type.ts';
import type { Track } from './session.ts';

/** Where a session keeps its audio. */
export const audioFolder = (sessionId: string) => `${audioPrefix}${sessionId}/`;

/**
 * Where the file of a track goes. The key names the declared bytes, so that a late upload of a file that was replaced
 * never lands in the place of the new one.
 * @param suffix unless given, the one of the file's own name, if that promises audio
 */
export function trackKey(
  { sessionId, trackId, file, sha256 }: Pick<Track, 'sessionId' | 'trackId' | 'file' | 'sha256'>,
  suffix = promisesAudio(file) ? extensionOf(file) : undefined,
): string {
  return audioFolder(sessionId) + [trackId, sha256, suffix].filter(Boolean).join('.');
}

/** Whose file an object is, by a key of {@link trackKey}. */
export const trackIdOf = (key: string) => key.split('/').at(-1)?.split('.')[0] ?? '';

/** Where the audio of a clip lies in the bucket. */
export const clipKey = (sessionId: string, clipId: string, extension: string) =>
  `${musicPrefix}${sessionId}/${clipId}.${extension}`;
