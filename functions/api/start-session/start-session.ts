import type { SessionStore } from '../../domain/session-records.ts';
import { type RunRequest, type StartRunDeps, startRun } from '../../domain/start-run.ts';
import type { Settings } from '../../shared/settings.ts';
import type { SessionAnswer } from '../contract/session.ts';
import { ownSession } from '../find-owned-session.ts';
import { sessionAnswer } from '../session-response.ts';

export interface StartSessionDeps extends StartRunDeps {
  readonly store: Pick<SessionStore, 'read' | 'requireSession' | 'updateSession'>;
  readonly settings: Settings;
}

/**
 * `POST /sessions/{id}/start`: begins a run, or goes on with a session whose last run ended early. A session
 * that is running or ready is returned unchanged: starting twice starts once.
 * @throws ChirpsmithError SessionNotFound, NotPossible, RecordConflict, StorageUnavailable
 */
export async function startSession(
  sessionId: string,
  subject: string,
  deps: StartSessionDeps,
  request: RunRequest = {},
): Promise<SessionAnswer> {
  const found = await ownSession(sessionId, subject, deps.store);
  const session = await startRun(found.session.sessionId, deps, undefined, { by: subject, request });
  return sessionAnswer({ ...found, session }, deps.settings, false);
}
