import { newTrack, trackIdAt } from '../domain/new-session.ts';
import { trackKey } from '../domain/object-keys.ts';
import { isRunning, isTerminated, type Track } from '../domain/session.ts';
import type { SessionWithTracks } from '../domain/session-records.ts';
import { warningsOf } from '../domain/session-warnings.ts';
import type { Problem } from '../shared/errors.ts';
import type { Settings } from '../shared/settings.ts';
import type { SessionKind } from '../shared/state-contracts.ts';
import type { CreatedSessionAnswer } from './contract/session.ts';
import type { DeclaredFileBody } from './contract/track.ts';

export interface DeclareDeps {
  readonly uploads: {
    put(object: { key: string; size: number; sha256: string }): Promise<{
      url: string;
      headers: Record<string, string>;
      expiresInSeconds: number;
    }>;
  };
  readonly bucket: string;
  readonly settings: Settings;
  readonly now: () => number;
}

/** Tracks for files that are declared together; of files with the same bytes, one is uploaded. */
export function declaredTracks(
  files: readonly DeclaredFileBody[],
  session: { readonly sessionId: string; readonly kind: SessionKind; readonly from: number },
  { bucket, settings }: Pick<DeclareDeps, 'bucket' | 'settings'>,
): Track[] {
  const { sessionId, kind, from } = session;
  const firstWith = new Map<string, Track>();
  return files.map(({ name: file, size, sha256: digest }, index): Track => {
    const sha256 = digest.toLowerCase();
    const id = { sessionId, trackId: trackIdAt(from + index, kind), file };
    const original = firstWith.get(sha256);
    if (original) {
      const { source, trackId: duplicateOf } = original;
      return newTrack({ ...id, source, size, sha256, status: 'duplicate', duplicateOf }, settings);
    }
    const source = { bucket, key: trackKey({ ...id, sha256 }) };
    const track = newTrack({ ...id, source, size, sha256 }, settings);
    firstWith.set(sha256, track);
    return track;
  });
}

/** The session with the uploads of its tracks, signed: of those that were not inspected yet, while no run needs them. */
export async function uploadsOf(
  { session, tracks }: SessionWithTracks,
  { uploads, now, settings }: Pick<DeclareDeps, 'uploads' | 'now' | 'settings'>,
): Promise<CreatedSessionAnswer> {
  const { sessionId, status, declared } = session;
  const warnings = warningsOf(session, settings);
  const isWaiting = !isRunning(session) && !isTerminated(session) && session.create.fence === 'none';
  const signed = await Promise.all(
    tracks.flatMap(({ trackId, file, source, size = 0, sha256, ...track }) => {
      if (track.status !== 'declared' || sha256 === undefined || 'url' in source || !isWaiting) return [];
      const upload = uploads.put({ key: source.key, size, sha256 });
      return [upload.then((made) => ({ trackId, file, sha256, ...made }))];
    }),
  );
  return {
    sessionId,
    status,
    ...(declared === undefined ? {} : { declared }),
    uploads: signed.map(({ expiresInSeconds, ...upload }) => {
      const expiresAt = new Date(now() + expiresInSeconds * 1000).toISOString();
      return { ...upload, method: 'PUT', expiresAt };
    }),
    duplicates: tracks.flatMap(({ trackId, file, duplicateOf }) =>
      duplicateOf === undefined ? [] : [{ trackId, file, duplicateOf }],
    ),
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

/** What is wrong with one declared file, or nothing. */
export function fileProblems(file: string, size: number, { maxBytes }: Settings['limits']): Problem[] {
  if (size <= 0) return [{ where: file, message: 'is empty: leave it out or replace it' }];
  if (size <= maxBytes) return [];
  const megabytes = Math.floor(maxBytes / 1024 / 1024);
  return [{ where: file, message: `is larger than ${megabytes} MB: use a shorter or a compressed file` }];
}
