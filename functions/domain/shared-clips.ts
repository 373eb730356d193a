import { ChirpsmithError } from '../shared/errors.ts';
import { mapConcurrent } from '../shared/map-concurrent.ts';
import type { Track } from './session.ts';
import type { SessionStore } from './session-records.ts';
import { trackFailed } from './track-changes.ts';

/** Tracks written at the same time. */
const writesAtOnce = 25;

/**
 * Finds tracks that were given the same clip. Its owner is unknown, so none of them keeps it: they fail, and a
 * resume sends them again. A failed track keeps the clip's id, so that a step that was cut off between two of these writes
 * still finds the others when it runs again.
 * @returns the tracks as they are now, and the contradiction, if there is one
 */
export async function withoutSharedClips(
  tracks: readonly Track[],
  { store, now }: { readonly store: Pick<SessionStore, 'updateTrack'>; readonly now: () => string },
): Promise<{ tracks: readonly Track[]; contradiction: ChirpsmithError | undefined }> {
  const owners = new Map<string, Track[]>();
  for (const track of tracks) {
    const clipId = track.status === 'done' ? track.clipId : sharedBefore(track);
    if (clipId !== undefined) owners.set(clipId, [...(owners.get(clipId) ?? []), track]);
  }
  const shared = new Map(
    [...owners].flatMap(([clipId, those]) =>
      those.length > 1 && those.some(({ status }) => status === 'done')
        ? those.map(({ trackId }) => [trackId, { clipId, those }] as const)
        : [],
    ),
  );
  if (shared.size === 0) return { tracks, contradiction: undefined };
  const reasonOf = ({ trackId }: Track) => {
    const { clipId, those } = shared.get(trackId) ?? { clipId: '', those: [] };
    const others = those.filter((it) => it.trackId !== trackId).map(({ file }) => file);
    return `The provider gave the clip ${clipId} to ${others.slice(0, 3).join(', ')} as well.`;
  };
  const failed = await mapConcurrent(tracks, writesAtOnce, async (track) =>
    shared.has(track.trackId) && track.status === 'done'
      ? store.updateTrack(track, {
          ...sharing(track.clipId, trackFailed('ProviderContradiction', reasonOf(track), now())),
          clipId: undefined,
        })
      : track,
  );
  const problems = tracks
    .filter(({ trackId }) => shared.has(trackId))
    .map((track) => ({ where: track.file, message: reasonOf(track) }));
  const summary = `The provider gave ${problems.length} tracks a clip that another one has. Nothing more was sent; a resume sends them again.`;
  return {
    tracks: failed,
    contradiction: new ChirpsmithError('ProviderContradiction', summary, { problems }),
  };
}

/** The clip that this track lost to a contradiction, until it is sent again. */
const sharedBefore = ({ status, failure }: Track) =>
  status === 'failed' ? failure?.sharedClipId : undefined;

const sharing = (sharedClipId: string | undefined, changes: Partial<Track>): Partial<Track> => ({
  ...changes,
  ...(changes.failure && { failure: { ...changes.failure, sharedClipId } }),
});
