import type { AudioLimits, Inspection } from '../../audio/inspection.ts';
import type { AudioSource, Track } from '../../sessions/session.ts';
import type { SessionStore } from '../../sessions/session-store.ts';

/** What an object in the bucket turned out to be. `sha256` in hex, where S3 has it. */
export type InspectTrack = (
  source: AudioSource,
  limits: AudioLimits,
) => Promise<{ inspection: Inspection; size: number; sha256?: string; etag?: string; versionId?: string }>;

interface CheckAudioDeps {
  readonly store: SessionStore;
  readonly inspect: InspectTrack;
  readonly settings: { readonly limits: AudioLimits };
  readonly now: () => string;
}

/** Objects inspected at the same time: each may take up to 64 reads. */
const concurrency = 8;

/**
 * Looks at the tracks that nobody has looked at yet, and at those rejected before, because the file may have
 * been replaced. Pins each to the object's version, so that what was checked is what will be sent.
 * Of several tracks with the same bytes, the first stays and the others become its duplicates.
 */
export async function checkAudio(tracks: readonly Track[], deps: CheckAudioDeps): Promise<Track[]> {
  const etags = new Map<string, string>();
  const looked = await inOrder(tracks, concurrency, async (track) => {
    const unseen = track.status === 'rejected' || (track.status === 'declared' && track.format === undefined);
    return unseen ? look(track, etags, deps) : track;
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

async function look(track: Track, etags: Map<string, string>, deps: CheckAudioDeps): Promise<Track> {
  // What lies elsewhere is looked at by the provider only.
  if ('url' in track.source) return track;
  const { versionId: _pinned, ...latest } = track.source;
  // A rejected file is looked for afresh: a person may have put a better one in its place.
  const source = track.status === 'rejected' ? latest : track.source;
  const { inspection, size, sha256, etag, versionId } = await deps.inspect(source, deps.settings.limits);
  // Objects from elsewhere have no stored SHA-256; their ETag and size still tell equal bytes of one upload.
  if (sha256 === undefined && etag !== undefined) etags.set(track.trackId, `${etag} ${size}`);
  if (!inspection.usable) {
    const failure = { error: 'AudioRejected', reason: inspection.reason, at: deps.now() } as const;
    return deps.store.updateTrack(track, { status: 'rejected', failure });
  }
  return deps.store.updateTrack(track, {
    status: 'declared',
    failure: undefined,
    source: versionId === undefined ? source : { ...source, versionId },
    size,
    sha256: sha256 ?? track.sha256,
    format: inspection.format,
    durationSeconds: inspection.durationSeconds,
    warning: inspection.warning,
  });
}

/** Maps with at most `limit` under way, keeping the order. */
async function inOrder<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array(items.length);
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
