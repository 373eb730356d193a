import { ChirpsmithError } from '../shared/errors.ts';
import type { Music, Session } from './session.ts';

/**
 * What a session of music was asked for.
 * @throws ChirpsmithError NotPossible for a session of another kind
 */
export function musicOf({ sessionId, music }: Session): Music {
  if (music) return music;
  throw new ChirpsmithError('NotPossible', `Session ${sessionId} is not for music.`);
}
