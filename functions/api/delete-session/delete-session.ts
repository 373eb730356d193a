import { isInterrupted } from '../../domain/orphan-detection.ts';
import {
  isInDoubt,
  isRunning,
  isTerminated,
  type Session,
  type Track,
  unfinishedWork,
} from '../../domain/session.ts';
import type { Deps, QueryOf } from '../../runtime/spec.ts';
import { ChirpsmithError } from '../../shared/errors.ts';
import type { DeletionAnswer } from '../contract/session.ts';
import { ownSessionAlone } from '../find-owned-session.ts';
import type { route } from './route.ts';

export type DeleteSessionDeps = Deps<typeof route>;

/** Tracks that are read and deleted together. */
const tracksAtOnce = 250;
/** Milliseconds after which a request stops with what it has done: the function is given 20 s, a batch takes a few. */
const sliceMs = 10_000;

/** What one request has deleted. */
export type Deleted = DeletionAnswer['deleted'];

/**
 * `DELETE /sessions/{id}`: deletes the session with its files, in all their versions. It is marked first, so that
 * nobody starts it meanwhile, and its record goes last: whatever ends this early, deleting again goes on. What the
 * provider has, its clips and the model, stays there: no call to delete it is documented.
 * @returns what is deleted so far, when there is more than one request may delete; undefined when all is gone
 * @throws ChirpsmithError BadInput, SessionNotFound, NotPossible while something runs or may have been paid, or when
 *   what is paid and may still succeed is not named, RecordConflict,
 *   StorageUnavailable
 */
export async function deleteSession(
  sessionId: string,
  subject: string,
  deps: DeleteSessionDeps,
  { confirm }: QueryOf<typeof route> = {},
): Promise<Deleted | undefined> {
  const { store, contents, files, now } = deps;
  const until = now() + sliceMs;
  const session = await ownSessionAlone(sessionId, subject, store);
  const { sessionId: id, contentKey } = session;
  if (session.status !== 'deleting') {
    await requireRest(session, deps);
    requireWord(session, confirm);
    await store.updateSession(session, { status: 'deleting' });
  }
  if (contentKey !== undefined) await contents.forget(contentKey, id);
  const deleted = { files: 0, tracks: 0 };
  // Before the files: an upload in parts that is aborted makes none any more.
  for (let more = true; more; ) {
    const page = await store.readTracks(id, { limit: tracksAtOnce });
    await files.abort(page.tracks.flatMap(unfinishedUpload));
    await store.removeTracks(
      id,
      page.tracks.map(({ trackId }) => trackId),
    );
    deleted.tracks += page.tracks.length;
    more = page.more;
    // A request that finds none left goes on to the files, however long that took: each one deletes something.
    if (page.tracks.length > 0 && now() >= until) return deleted;
  }
  for (let found = await files.deleteSome(id); found > 0; found = await files.deleteSome(id)) {
    deleted.files += found;
    if (now() >= until) return deleted;
  }
  await store.remove(id);
  return undefined;
}

const unfinishedUpload = ({ source, uploadId }: Track) =>
  uploadId !== undefined && 'key' in source ? [{ key: source.key, uploadId }] : [];

async function requireRest(session: Session, { executions, now }: DeleteSessionDeps): Promise<void> {
  const { status } = session;
  if (isRunning(session) && !(await isInterrupted(session, executions, now()))) {
    throw new ChirpsmithError('NotPossible', `The session is "${status}": cancel it before you delete it.`);
  }
  if (isInDoubt(session) && !isTerminated(session)) {
    const work = session.kind === 'music' ? 'music' : 'training';
    const words = `its ${work} may run at the provider, and may be paid. Decide on that first; "abandon" will do.`;
    throw new ChirpsmithError('NotPossible', `The session is "${status}": ${words}`);
  }
}

/** What is paid and may still succeed can be found by its session only: deleting that gives it up. */
function requireWord(session: Session, confirm: string | undefined): void {
  const work = unfinishedWork(session);
  if (work === undefined || confirm === `abandon-paid-${work}`) return;
  throw new ChirpsmithError(
    'NotPossible',
    `The ${work} of this session is paid and may still succeed; without the session nobody finds it. Resume the session to get it, or delete with confirm=abandon-paid-${work}.`,
  );
}
