import type { Settings } from '../shared/settings.ts';
import type { Session, Track } from './session.ts';

/** A file that is to become a clip: a copy of another's bytes is not one. */
export const isWanted = ({ status }: Pick<Track, 'status'>): boolean => status !== 'duplicate';

/** Does a person allow a model of fewer tracks than were given, by `minClips` or `skipInvalid`? */
export const allowsFewer = ({ minClips, skipInvalid }: Pick<Session, 'minClips' | 'skipInvalid'>): boolean =>
  minClips !== undefined || skipInvalid;

/** Clips without which a session is not trained: one of each file, unless it allows fewer; never under the provider's. */
export function neededClips(
  session: Pick<Session, 'minClips' | 'skipInvalid'>,
  tracks: readonly Pick<Track, 'status'>[],
  { minClips: least }: Pick<Settings['limits'], 'minClips'>,
): number {
  const wished = allowsFewer(session) ? (session.minClips ?? least) : tracks.filter(isWanted).length;
  return Math.max(wished, least);
}
