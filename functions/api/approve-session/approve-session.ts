import { beginRun } from '../../sessions/begin-run.ts';
import { isUnderWay } from '../../sessions/session.ts';
import { ChirpsmithError } from '../../shared/errors.ts';
import type { SessionAnswer } from '../contract.ts';
import { ownSession } from '../own-session.ts';
import { sessionAnswer } from '../session-answer.ts';
import type { StartSessionDeps } from '../start-session/start-session.ts';

/**
 * `POST /sessions/{id}/approve`: the person has seen the clips and the price and wants the training. Who and when
 * is recorded. Approving again changes nothing.
 * @throws ChirpsmithError SessionNotFound, NotPossible when there is nothing to approve, RecordConflict
 */
export async function approveSession(
  sessionId: string | undefined,
  subject: string,
  deps: StartSessionDeps,
): Promise<SessionAnswer> {
  const found = await ownSession(sessionId, subject, deps.store);
  const { session } = found;
  if (session.approval && (isUnderWay(session) || session.status === 'ready')) {
    return sessionAnswer(found, deps.settings, false);
  }
  if (session.status !== 'review') {
    throw new ChirpsmithError(
      'NotPossible',
      `The session is "${session.status}": there is nothing to approve.`,
    );
  }
  const approval = { by: subject, at: new Date(deps.now()).toISOString() };
  const approved = await beginRun(session.sessionId, deps, () => ({ approval }));
  return sessionAnswer({ ...found, session: approved }, deps.settings, false);
}
