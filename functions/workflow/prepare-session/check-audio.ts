import { inspectTrack, isUnseen, type LookDeps } from '../../domain/inspect-track.ts';
import type { Track } from '../../domain/session.ts';
import { mapConcurrent } from '../../shared/map-concurrent.ts';

/** Objects inspected at the same time: each may take up to 64 reads. */
const concurrency = 8;

/**
 * Inspects the tracks not inspected yet, and those rejected before, because the file may have
 * been replaced. Pins each to the object's version, so that what was checked is what will be sent.
 * Of several tracks with the same bytes, the first stays and the others become its duplicates.
 */
export async function checkAudio(tracks: readonly Track[], deps: LookDeps): Promise<Track[]> {
  const etags = new Map<string, string>();
  const looked = await mapConcurrent(tracks, concurrency, async (track) => {
    if (!isUnseen(track)) return track;
    const { track: seen, bytes } = await inspectTrack(track, deps);
    // Objects from elsewhere have no stored SHA-256; their ETag and size still identify equal bytes of one upload.
    if (bytes !== undefined) etags.set(track.trackId, bytes);
    return seen;
  });

  const first = new Map<string, Track>();
  const checked: Track[] = [];
  for (const track of looked) {
    const bytes = track.sha256 ?? etags.get(track.trackId);
    const original = bytes === undefined ? undefined : first.get(bytes);
    const isCopy = original !== undefined && track.status === 'declared';
    if (bytes !== undefined && original === undefined && isUsable(track)) first.set(bytes, track);
    checked.push(
      isCopy
        ? await deps.store.updateTrack(track, { status: 'duplicate', duplicateOf: original.trackId })
        : track,
    );
  }
  return checked;
}

const isUsable = ({ status }: Track) =>
  status !== 'rejected' && status !== 'duplicate' && status !== 'failed';
