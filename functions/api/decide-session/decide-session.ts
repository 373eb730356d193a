import { beginRun } from '../../sessions/begin-run.ts';
import { isUnderWay, mayDecide, type Session } from '../../sessions/session.ts';
import { ChirpsmithError } from '../../shared/errors.ts';
import { decideBody, type SessionAnswer } from '../contract.ts';
import { parseInput } from '../http.ts';
import { ownSession } from '../own-session.ts';
import { sessionAnswer } from '../session-answer.ts';
import type { StartSessionDeps } from '../start-session/start-session.ts';

/**
 * `POST /sessions/{id}/decide`: a person's explicit word on a create that may have been paid, or on a training
 * that was paid and failed. *check-again* asks the provider once more; *create-again* calls create a second time,
 * which may cost the credits a second time; *abandon* ends the session. Who, what and when is recorded. The same
 * choice again, while it is being carried out, changes nothing.
 * @throws ChirpsmithError BadInput, SessionNotFound, NotPossible when there is nothing to decide, RecordConflict
 */
export async function decideSession(
  sessionId: string | undefined,
  subject: string,
  body: unknown,
  deps: StartSessionDeps,
): Promise<SessionAnswer> {
  const { choice } = parseInput(decideBody, body);
  const found = await ownSession(sessionId, subject, deps.store);
  const { session } = found;
  const answer = (changed: Session) => sessionAnswer({ ...found, session: changed }, deps.settings, false);

  const carriedOut = isUnderWay(session) || session.status === 'ready' || session.status === 'abandoned';
  if (carriedOut && session.decisions.at(-1)?.choice === choice) return answer(session);
  if (!mayDecide(session)) {
    throw new ChirpsmithError(
      'NotPossible',
      `The session is "${session.status}": there is nothing to decide.`,
    );
  }

  const decision = { choice, by: subject, at: new Date(deps.now()).toISOString() };
  const decided = ({ decisions }: Session) => ({ decisions: [...decisions, decision] });
  if (choice === 'abandon') {
    return answer(await deps.store.updateSession(session, { ...decided(session), status: 'abandoned' }));
  }
  const run = await beginRun(session.sessionId, deps, (now) => {
    if (choice === 'check-again') return decided(now);
    const { taskId: _task, finishedAt: _finished, ...create } = now.create;
    return { ...decided(now), create: { ...create, fence: 'none', paidBefore: create.paidBefore + 1 } };
  });
  return answer(run);
}
