import type { AudioLimits, Inspection } from '../audio/inspection.ts';
import type { AudioSource, Track } from './session.ts';
import type { SessionStore } from './session-store.ts';

/** What an object in the bucket turned out to be. `sha256` in hex, where S3 has it. */
export type InspectTrack = (
  source: AudioSource,
  limits: AudioLimits,
) => Promise<{ inspection: Inspection; size: number; sha256?: string; etag?: string; versionId?: string }>;

export interface LookDeps {
  readonly store: SessionStore;
  readonly inspect: InspectTrack;
  readonly settings: { readonly limits: AudioLimits };
  readonly now: () => string;
}

/** Nobody has looked at it yet; or it was rejected, and the file may have been replaced since. */
export function isUnseen({ status, format }: Track): boolean {
  return status === 'rejected' || (status === 'declared' && format === undefined);
}

/**
 * Looks at what a track's object holds, and pins the track to the object's version, so that what was checked is
 * what will be sent. What cannot be used is `rejected`, with the reason.
 * @returns the track as it stands now; `bytes` tells equal bytes where S3 has no SHA-256
 */
export async function lookAtTrack(
  track: Track,
  { store, inspect, settings, now }: LookDeps,
): Promise<{ track: Track; bytes: string | undefined }> {
  // What lies elsewhere is looked at by the provider only.
  if ('url' in track.source) return { track, bytes: undefined };
  const { versionId: _pinned, ...latest } = track.source;
  // A rejected file is looked for afresh: a person may have put a better one in its place.
  const source = track.status === 'rejected' ? latest : track.source;
  const { inspection, size, sha256, etag, versionId } = await inspect(source, settings.limits);
  const bytes = sha256 === undefined && etag !== undefined ? `${etag} ${size}` : undefined;
  if (!inspection.usable) {
    const failure = { error: 'AudioRejected', reason: inspection.reason, at: now() } as const;
    return { track: await store.updateTrack(track, { status: 'rejected', failure }), bytes };
  }
  const seen = await store.updateTrack(track, {
    status: 'declared',
    failure: undefined,
    source: versionId === undefined ? source : { ...source, versionId },
    size,
    sha256: sha256 ?? track.sha256,
    format: inspection.format,
    durationSeconds: inspection.durationSeconds,
    warning: inspection.warning,
  });
  return { track: seen, bytes };
}
