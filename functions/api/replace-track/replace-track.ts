import { trackKey } from '../../domain/object-keys.ts';
import { confirmedRights, rightsProblem } from '../../domain/rights.ts';
import type { Track } from '../../domain/session.ts';
import { isRunning, isTerminated } from '../../domain/session.ts';
import type { BodyOf, Deps } from '../../runtime/spec.ts';
import { ChirpsmithError } from '../../shared/errors.ts';
import { mapConcurrent } from '../../shared/map-concurrent.ts';
import { fileProblems } from '../declared-files.ts';
import { ownSession } from '../find-owned-session.ts';
import type { ApiRequest } from '../request.ts';
import type { route } from './route.ts';

export type ReplaceTrackDeps = Deps<typeof route>;

/** What may be replaced: never anything that the provider has made a clip of, or still works on. */
const replaceable: readonly Track['status'][] = ['declared', 'rejected', 'failed', 'duplicate'];

/** Copies written down at the same time. */
const writesAtOnce = 25;

/** A track of which nothing is known and nothing was sent. */
const untouched = {
  status: 'declared',
  format: undefined,
  durationSeconds: undefined,
  warning: undefined,
  duplicateOf: undefined,
  taskId: undefined,
  submittedAt: undefined,
  finishedAt: undefined,
  failure: undefined,
  uploadId: undefined,
} as const;

/** The provider's word on the same bytes holds for a copy of them; anything else is tried with the copy. */
function copiedFailure({ failure }: Track): Partial<Track> {
  return failure?.permanent ? { status: 'failed', failure } : {};
}

/**
 * `PUT /sessions/{id}/tracks/{trackId}`: another file in the place of one that cannot be used. The track starts
 * untouched; a resume picks it up. Copies of the file that goes begin anew: its bytes stay where they were uploaded.
 * @throws ChirpsmithError BadInput, SessionNotFound, NotPossible, RecordConflict
 */
export async function replaceTrack(
  path: ApiRequest<typeof route>['path'],
  subject: string,
  file: BodyOf<typeof route>,
  deps: ReplaceTrackDeps,
) {
  const problems = fileProblems(file.name, file.size, deps.settings.limits);
  if (deps.settings.rightsQuestion && !file.rights) problems.push(rightsProblem('the request'));
  if (problems.length > 0) throw new ChirpsmithError('BadInput', 'The file cannot be used.', { problems });

  const { session, tracks } = await ownSession(path.id, subject, deps.store);
  const track = tracks.find(({ trackId }) => trackId === path.trackId);
  if (!track) throw new ChirpsmithError('SessionNotFound', `The session has no track ${path.trackId}.`);
  const isOpen = !isRunning(session) && !isTerminated(session) && session.create.fence === 'none';
  if (!isOpen || !replaceable.includes(track.status)) {
    const stands = `the session is "${session.status}" and the track "${track.status}"`;
    throw new ChirpsmithError('NotPossible', `The file cannot be replaced now: ${stands}.`);
  }

  const { size, name } = file;
  const sha256 = file.sha256.toLowerCase();
  const source = { bucket: deps.bucket, key: trackKey({ ...track, file: name, sha256 }) };
  const upload = await deps.uploads.put({ key: source.key, size, sha256 });
  const copies = tracks.filter(({ duplicateOf }) => duplicateOf === track.trackId);
  // Files that had a clip, their original's, and have none now: counted first, so that a resume is offered for them.
  const filesLost = copies.length + (track.status === 'duplicate' ? 1 : 0);
  const { batch } = session;
  const confirmation = { confirmedBy: subject, confirmedAt: new Date(deps.now()).toISOString() };
  const others = tracks.map((one) => (one === track ? { source, sha256 } : one));
  const rights = file.rights ? confirmedRights(others, confirmation) : undefined;
  // Before the file: an answer never covers one that nobody was asked about.
  if ((filesLost > 0 && batch) || rights !== session.rights) {
    const missing = batch && { batch: { ...batch, missing: batch.missing + filesLost } };
    await deps.store.updateSession(session, { ...missing, rights });
  }
  // Left as they are, they would be taken for copies of the file that comes, and in a batch be given its clip.
  await mapConcurrent(copies, writesAtOnce, (copy) =>
    deps.store.updateTrack(copy, { ...untouched, ...copiedFailure(track) }),
  );
  // Its attempts stay counted, because they may have been paid; the new file has attempts of its own.
  const attemptsBefore = track.attempts;
  await deps.store.updateTrack(track, { ...untouched, file: name, source, size, sha256, attemptsBefore });
  const { url, headers, expiresInSeconds } = upload;
  const expiresAt = new Date(deps.now() + expiresInSeconds * 1000).toISOString();
  return { trackId: track.trackId, file: name, sha256, method: 'PUT', url, headers, expiresAt } as const;
}
