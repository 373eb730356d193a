import { refusalOf } from '../../packages/audio-inspection/conversion.ts';
import type { AudioLimits, Inspection } from '../../packages/audio-inspection/inspection.ts';
import { extensionOf, suffixFor } from './audio-type.ts';
import { trackKey } from './object-keys.ts';
import type { AudioSource, Track } from './session.ts';
import type { SessionStore } from './session-records.ts';

/** What an object in the bucket turned out to be. `sha256` in hex, where S3 has it. */
export type InspectTrack = (
  source: AudioSource,
  limits: AudioLimits,
) => Promise<{ inspection: Inspection; size: number; sha256?: string; etag?: string; versionId?: string }>;

/** Reads an object whole, and gives its SHA-256 in hex. */
export type HashTrack = (source: AudioSource) => Promise<string>;

/** Copies an object to another key, and gives the version that was made. */
export type CopyTrack = (source: AudioSource, key: string) => Promise<AudioSource>;

export interface LookDeps {
  readonly store: Pick<SessionStore, 'updateTrack'>;
  readonly inspect: InspectTrack;
  readonly hash: HashTrack;
  readonly copy: CopyTrack;
  readonly settings: { readonly limits: AudioLimits };
  readonly now: () => string;
}

/** Not inspected yet; or rejected, and the file may have been replaced since. */
export function isUnseen({ status, format }: Track): boolean {
  return status === 'rejected' || (status === 'declared' && format === undefined);
}

/**
 * Looks at what a track's object holds, and pins the track to the object's version, so that what was checked is
 * what will be sent. Other bytes than were declared are not looked at further: the file is not uploaded yet. What
 * cannot be used is `rejected`, with the reason. An object whose name says something else than its content is copied
 * to one that says the same: some providers believe the suffix of a URL.
 * @returns the track as it is now; `bytes` identifies equal content where S3 has no SHA-256
 */
export async function inspectTrack(
  track: Track,
  deps: LookDeps,
): Promise<{ track: Track; bytes: string | undefined }> {
  const { store, inspect, settings, now } = deps;
  // What lies elsewhere is looked at by the provider only.
  if ('url' in track.source) return { track, bytes: undefined };
  const { versionId: _pinned, ...latest } = track.source;
  // A rejected file is looked for again: a person may have replaced it.
  const wanted = track.status === 'rejected' ? latest : track.source;
  const { inspection, size, sha256, etag, versionId } = await inspect(wanted, settings.limits);
  const source = versionId === undefined ? wanted : { ...wanted, versionId };
  const bytes = sha256 === undefined && etag !== undefined ? `${etag} ${size}` : undefined;
  const found = (await notUploaded(track, { source, size, sha256 }, deps)) ?? inspection;
  if (!found.usable) {
    const failure = { error: 'AudioRejected', reason: refusalOf(found, track.file), at: now() } as const;
    return { track: await store.updateTrack(track, { status: 'rejected', failure }), bytes };
  }
  const known = { ...track, sha256: track.sha256 ?? sha256 };
  const suffix = suffixFor(found.extension);
  const isNamed = extensionOf(source.key) === suffix;
  const seen = await store.updateTrack(track, {
    status: 'declared',
    failure: undefined,
    source: isNamed ? source : await deps.copy(source, trackKey(known, suffix)),
    size,
    sha256: known.sha256,
    format: found.format,
    durationSeconds: found.durationSeconds,
    warning: found.warning,
  });
  return { track: seen, bytes };
}

/** That the object is not the declared file; undefined when it is, or when nothing was declared. */
async function notUploaded(
  { sha256: declared, size: declaredSize }: Track,
  { source, size, sha256 }: { source: AudioSource; size: number; sha256: string | undefined },
  { hash }: LookDeps,
): Promise<(Inspection & { usable: false }) | undefined> {
  if (declared === undefined) return undefined;
  const isSame = size === declaredSize && size > 0 && (sha256 ?? (await hash(source))) === declared;
  if (isSame) return undefined;
  const what = size === 0 ? '' : ': other bytes than were declared are in its place';
  const reason = `The file is not uploaded yet${what}. Upload it, then resume the session.`;
  return { usable: false, problem: 'missing', reason };
}
