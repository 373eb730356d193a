import type { Executions } from '../../sessions/executions.ts';
import type { SessionStore } from '../../sessions/session-store.ts';
import type { Settings } from '../../shared/settings.ts';
import type { SessionAnswer } from '../contract.ts';
import { isInterrupted } from '../interruption.ts';
import { ownSession } from '../own-session.ts';
import { isUnderWay, sessionAnswer } from '../session-answer.ts';

export interface StartSessionDeps {
  readonly store: SessionStore;
  readonly executions: Executions;
  readonly settings: Settings;
  readonly now: () => number;
}

/**
 * `POST /sessions/{id}/start`: begins a run, or goes on with a session whose last run failed or was cut off.
 * A session that is under way or ready is answered as it stands: starting twice starts once. The record is
 * written before the execution is started, so that of two callers at once one starts it.
 * @throws ChirpsmithError SessionNotFound, RecordConflict, StorageUnavailable
 */
export async function startSession(
  sessionId: string | undefined,
  subject: string,
  { store, executions, settings, now }: StartSessionDeps,
): Promise<SessionAnswer> {
  const found = await ownSession(sessionId, subject, store);
  const { session, tracks } = found;
  const interrupted = await isInterrupted(session, executions, now());
  if (session.status === 'ready' || (isUnderWay(session) && !interrupted)) {
    return sessionAnswer(found, settings, false);
  }

  const runs = session.runs + 1;
  const name = `${session.sessionId}-${runs}`;
  const started = await store.updateSession(session, {
    status: 'preparing',
    runs,
    executionArn: executions.arnOf(name),
    failure: undefined,
  });
  await executions.start(name, { sessionId: session.sessionId });
  return sessionAnswer({ session: started, tracks }, settings, false);
}
