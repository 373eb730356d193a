import type { Track } from '../../sessions/session.ts';
import { isGivenUp, isUnderWay } from '../../sessions/session.ts';
import { ChirpsmithError } from '../../shared/errors.ts';
import { inOrder } from '../../shared/in-order.ts';
import { replaceTrackBody } from '../contract.ts';
import type { CreateSessionDeps } from '../create-session/create-session.ts';
import { fileProblems } from '../declared-files.ts';
import { ownSession } from '../own-session.ts';
import { parseInput } from '../request.ts';

export type ReplaceTrackDeps = Omit<CreateSessionDeps, 'newId'>;

/** What may be replaced: never anything that the provider has made a clip of, or still works on. */
const replaceable: readonly Track['status'][] = ['declared', 'rejected', 'failed', 'duplicate'];

/** Copies written down at the same time. */
const writesAtOnce = 25;

/** A track of which nothing is known and nothing was sent. */
const afresh = {
  status: 'declared',
  format: undefined,
  durationSeconds: undefined,
  warning: undefined,
  duplicateOf: undefined,
  taskId: undefined,
  submittedAt: undefined,
  finishedAt: undefined,
  failure: undefined,
} as const;

/** Of files that are declared together one is uploaded; copies that are found later, or lie elsewhere, are there. */
function hasOwnBytes({ sessionId, trackId, source }: Track): boolean {
  if ('url' in source) return true;
  const ofSession = `audio/${sessionId}/`;
  return source.key === ofSession + trackId || !source.key.startsWith(ofSession);
}

/** The provider's word on the same bytes holds for a copy of them; anything else is tried with the copy. */
function sameFate({ failure }: Track): Partial<Track> {
  return failure?.permanent ? { status: 'failed', failure } : {};
}

/**
 * `PUT /sessions/{id}/tracks/{trackId}`: another file in the place of one that cannot be used. The track starts
 * afresh; a resume picks it up. Copies of the file that goes begin anew with their own bytes; those that have none need
 * another file as well.
 * @throws ChirpsmithError BadInput, SessionNotFound, NotPossible, RecordConflict
 */
export async function replaceTrack(
  path: { readonly id?: string | undefined; readonly trackId?: string | undefined },
  subject: string,
  body: unknown,
  deps: ReplaceTrackDeps,
) {
  const file = parseInput(replaceTrackBody, body);
  const problems = fileProblems(file.name, file.size, deps.settings.limits);
  if (problems.length > 0) throw new ChirpsmithError('BadInput', 'The file cannot be used.', { problems });

  const { session, tracks } = await ownSession(path.id, subject, deps.store);
  const track = tracks.find(({ trackId }) => trackId === path.trackId);
  if (!track) throw new ChirpsmithError('SessionNotFound', `The session has no track ${path.trackId ?? ''}.`);
  const isOpen = !isUnderWay(session) && !isGivenUp(session) && session.create.fence === 'none';
  if (!isOpen || !replaceable.includes(track.status)) {
    const stands = `the session is "${session.status}" and the track "${track.status}"`;
    throw new ChirpsmithError('NotPossible', `The file cannot be replaced now: ${stands}.`);
  }

  const { size, name } = file;
  const sha256 = file.sha256.toLowerCase();
  const placeOf = ({ trackId }: Track) => ({
    bucket: deps.bucket,
    key: `audio/${session.sessionId}/${trackId}`,
  });
  const source = placeOf(track);
  const upload = await deps.uploads.put({ key: source.key, size, sha256 });
  const copies = tracks.filter(({ duplicateOf }) => duplicateOf === track.trackId);
  // Files that had a clip, their original's, and have none now: counted first, so that a resume is offered for them.
  const bereft = copies.length + (track.status === 'duplicate' ? 1 : 0);
  if (bereft > 0 && session.batch) {
    const { batch } = session;
    await deps.store.updateSession(session, { batch: { ...batch, missing: batch.missing + bereft } });
  }
  // Left as they are, they would be taken for copies of the file that comes, and in a batch be given its clip.
  await inOrder(copies, writesAtOnce, (copy) => {
    if (hasOwnBytes(copy)) return deps.store.updateTrack(copy, { ...afresh, ...sameFate(track) });
    const reason = `has the bytes of ${track.file}, in whose place there is another file now: replace it, too`;
    const failure = { error: 'AudioRejected', reason, at: new Date(deps.now()).toISOString() } as const;
    return deps.store.updateTrack(copy, { ...afresh, status: 'rejected', source: placeOf(copy), failure });
  });
  await deps.store.updateTrack(track, { ...afresh, file: name, source, size, sha256 });
  const { url, headers, expiresInSeconds } = upload;
  const expiresAt = new Date(deps.now() + expiresInSeconds * 1000).toISOString();
  return { trackId: track.trackId, file: name, method: 'PUT', url, headers, expiresAt } as const;
}
