import { partCount, partSize } from '../../domain/file-parts.ts';
import { isUnseen } from '../../domain/inspect-track.ts';
import { isRunning, isTerminated, type Track } from '../../domain/session.ts';
import type { BodyOf, Deps } from '../../runtime/spec.ts';
import { ChirpsmithError, type Problem } from '../../shared/errors.ts';
import { mapConcurrent } from '../../shared/map-concurrent.ts';
import type { SignedUploadsAnswer } from '../contract/track.ts';
import { nothingIfUnknown, ownSessionAlone } from '../find-owned-session.ts';
import type { route } from './route.ts';

export type SignUploadsDeps = Omit<Deps<typeof route>, 'settings'>;

/** Objects asked about at the same time. */
const atOnce = 16;

type Standing = Partial<SignedUploadsAnswer>;

/**
 * `POST /sessions/{id}/uploads`: which of these files are not in the bucket yet, and where they go, whole or in parts.
 * Asking again goes on where an upload was cut off.
 * @throws ChirpsmithError BadInput, SessionNotFound, NotPossible while a run is under way or create was called,
 *   RecordConflict
 */
export async function signUploads(
  sessionId: string,
  subject: string,
  { tracks: wanted }: BodyOf<typeof route>,
  deps: SignUploadsDeps,
): Promise<SignedUploadsAnswer> {
  const session = await ownSessionAlone(sessionId, subject, deps.store);
  if (isRunning(session) || isTerminated(session) || session.create.fence !== 'none') {
    throw new ChirpsmithError(
      'NotPossible',
      `No file can be uploaded now: the session is "${session.status}".`,
    );
  }
  const asked = await mapConcurrent(wanted, atOnce, async ({ trackId, parts }) => ({
    track: await deps.store.requireTrack(session.sessionId, trackId).catch(nothingIfUnknown),
    parts,
  }));
  const problems = asked.flatMap(({ track, parts }, index) => problemsOf(track, parts, `tracks[${index}]`));
  if (problems.length > 0) {
    throw new ChirpsmithError('BadInput', 'The uploads cannot be signed.', { problems });
  }
  const answers = await mapConcurrent(asked, atOnce, ({ track, parts }) => standingOf(track, parts, deps));
  return {
    uploaded: answers.flatMap(({ uploaded = [] }) => uploaded),
    uploads: answers.flatMap(({ uploads = [] }) => uploads),
    inParts: answers.flatMap(({ inParts = [] }) => inParts),
  };
}

function problemsOf(
  track: Track | undefined,
  parts: readonly string[] | undefined,
  where: string,
): Problem[] {
  if (!track) return [{ where: `${where}.trackId`, message: 'is no track of the session' }];
  const count = partCount(track.size ?? 0);
  if (parts === undefined || parts.length === count) return [];
  const message = `has ${parts.length} parts: the file has ${count} of ${partSize} bytes, the last one shorter`;
  return [{ where: `${where}.parts`, message }];
}

async function standingOf(
  track: Track | undefined,
  digests: readonly string[] | undefined,
  { store, uploads, parts, now }: SignUploadsDeps,
): Promise<Standing> {
  if (!track) return {};
  const { trackId, file, source, size, sha256 } = track;
  const there = { uploaded: [trackId] };
  if (!isUnseen(track) || 'url' in source || size === undefined || sha256 === undefined) return there;
  const object = { key: source.key, size, sha256 };
  // An object that only its bytes can tell is taken for the file until they were looked at and rejected.
  if (await parts.isThere(object, track.status !== 'rejected')) return there;
  const about = { trackId, file, sha256 };
  const until = (seconds: number) => new Date(now() + seconds * 1000).toISOString();
  if (digests === undefined) {
    const { expiresInSeconds, ...signed } = await uploads.put(object);
    return { uploads: [{ ...about, ...signed, method: 'PUT', expiresAt: until(expiresInSeconds) }] };
  }
  const state = await parts.goOn(
    object,
    digests.map((digest) => digest.toLowerCase()),
    track.uploadId,
  );
  const uploadId = 'complete' in state ? undefined : state.uploadId;
  if (uploadId !== track.uploadId) await store.updateTrack(track, { uploadId });
  if ('complete' in state) return there;
  const missing = state.missing.map(({ expiresInSeconds: _, ...part }) => ({
    ...part,
    method: 'PUT' as const,
  }));
  const expiresAt = until(state.missing[0]?.expiresInSeconds ?? 0);
  return { inParts: [{ ...about, expiresAt, parts: missing }] };
}
