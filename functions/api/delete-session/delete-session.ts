import type { Deps } from '../../runtime/spec.ts';
import { isInterrupted } from '../../sessions/interruption.ts';
import { isGivenUp, isInDoubt, isUnderWay, type Session, unfinishedWork } from '../../sessions/session.ts';
import { ChirpsmithError } from '../../shared/errors.ts';
import { deleteSessionQuery } from '../contract.ts';
import { ownSession } from '../own-session.ts';
import { parseInput } from '../request.ts';
import type { route } from './route.ts';

export type DeleteSessionDeps = Deps<typeof route>;

/**
 * `DELETE /sessions/{id}`: deletes the session with its files, in all their versions. It is marked first, so that
 * nobody starts it meanwhile, and its record goes last: whatever ends this early, deleting again goes on. What the
 * provider has, its clips and the model, stays there: no call to delete it is documented.
 * @throws ChirpsmithError BadInput, SessionNotFound, NotPossible while something runs or may have been paid, or when
 *   what is paid and may still succeed is not named, RecordConflict,
 *   StorageUnavailable
 */
export async function deleteSession(
  sessionId: string | undefined,
  subject: string,
  deps: DeleteSessionDeps,
  query: Readonly<Record<string, string | undefined>> = {},
): Promise<void> {
  const { store, contents, files } = deps;
  const { confirm } = parseInput(deleteSessionQuery, query);
  const { session, tracks } = await ownSession(sessionId, subject, store);
  if (session.status !== 'deleting') {
    await requireRest(session, deps);
    requireWord(session, confirm);
    await store.updateSession(session, { status: 'deleting' });
  }
  if (session.contentKey !== undefined) await contents.forget(session.contentKey, session.sessionId);
  const unfinished = tracks.flatMap(({ source, uploadId }) =>
    uploadId !== undefined && 'key' in source ? [{ key: source.key, uploadId }] : [],
  );
  await files.deleteAll(session.sessionId, unfinished);
  await store.remove({ session, tracks });
}

async function requireRest(session: Session, { executions, now }: DeleteSessionDeps): Promise<void> {
  const { status } = session;
  if (isUnderWay(session) && !(await isInterrupted(session, executions, now()))) {
    throw new ChirpsmithError('NotPossible', `The session is "${status}": cancel it before you delete it.`);
  }
  if (isInDoubt(session) && !isGivenUp(session)) {
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
