import type { Track } from '../../sessions/session.ts';
import { isGivenUp, isUnderWay } from '../../sessions/session.ts';
import { ChirpsmithError } from '../../shared/errors.ts';
import { replaceTrackBody } from '../contract.ts';
import type { CreateSessionDeps } from '../create-session/create-session.ts';
import { fileProblems } from '../declared-files.ts';
import { ownSession } from '../own-session.ts';
import { parseInput } from '../request.ts';

export type ReplaceTrackDeps = Omit<CreateSessionDeps, 'newId'>;

/** What may be replaced: never anything that the provider has made a clip of, or still works on. */
const replaceable: readonly Track['status'][] = ['declared', 'rejected', 'failed', 'duplicate'];

/**
 * `PUT /sessions/{id}/tracks/{trackId}`: another file in the place of one that cannot be used. The track starts
 * afresh; a resume picks it up.
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
  const { bucket, key } = { bucket: deps.bucket, key: `audio/${session.sessionId}/${track.trackId}` };
  const upload = await deps.uploads.put({ key, size, sha256 });
  await deps.store.updateTrack(track, {
    file: name,
    source: { bucket, key },
    size,
    sha256,
    status: 'declared',
    format: undefined,
    durationSeconds: undefined,
    warning: undefined,
    duplicateOf: undefined,
    taskId: undefined,
    submittedAt: undefined,
    finishedAt: undefined,
    failure: undefined,
  });
  const { url, headers, expiresInSeconds } = upload;
  const expiresAt = new Date(deps.now() + expiresInSeconds * 1000).toISOString();
  return { trackId: track.trackId, file: name, method: 'PUT', url, headers, expiresAt } as const;
}
