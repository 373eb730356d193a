import { isRunning, type Session } from '../../domain/session.ts';
import { ensureStarted, type RunRequest, startRun } from '../../domain/start-run.ts';
import { ChirpsmithError } from '../../shared/errors.ts';
import type { SessionAnswer } from '../contract/session.ts';
import { ownSession } from '../find-owned-session.ts';
import { sessionAnswer } from '../session-response.ts';
import type { StartSessionDeps } from '../start-session/start-session.ts';

/**
 * `POST /sessions/{id}/approve`: the person has seen the clips and the price and wants the training. Who and when
 * is recorded. Approving again changes nothing.
 * @throws ChirpsmithError SessionNotFound, NotPossible when there is nothing to approve, RecordConflict
 */
export async function approveSession(
  sessionId: string,
  subject: string,
  deps: StartSessionDeps,
  request: RunRequest = {},
): Promise<SessionAnswer> {
  const found = await ownSession(sessionId, subject, deps.store);
  const isCarriedOut = (session: Session) =>
    session.approval !== undefined && (isRunning(session) || session.status === 'ready');
  if (isCarriedOut(found.session) || request.isAnswered) {
    await ensureStarted(found.session, deps.executions);
    return sessionAnswer(found, deps.settings, false);
  }
  requireReview(found.session);

  const approval = { by: subject, at: new Date(deps.now()).toISOString() };
  const approve = (current: Session) => {
    requireReview(current);
    return { approval };
  };
  const approved = await startRun(found.session.sessionId, deps, approve, { by: subject, request });
  // Somebody else began a run meanwhile, which will ask for the approval again.
  if (!isCarriedOut(approved)) requireReview(approved);
  return sessionAnswer({ ...found, session: approved }, deps.settings, false);
}

function requireReview({ status }: Session): void {
  if (status === 'review') return;
  throw new ChirpsmithError('NotPossible', `The session is "${status}": there is nothing to approve.`);
}
