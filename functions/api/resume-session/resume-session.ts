import { beginRun, type RunRequest } from '../../sessions/begin-run.ts';
import { nameProblems } from '../../sessions/names.ts';
import type { Session } from '../../sessions/session.ts';
import { ChirpsmithError } from '../../shared/errors.ts';
import { resumeBody, type SessionAnswer } from '../contract.ts';
import { ownSession } from '../own-session.ts';
import { parseInput } from '../request.ts';
import { sessionAnswer } from '../session-answer.ts';
import type { StartSessionDeps } from '../start-session/start-session.ts';

/**
 * `POST /sessions/{id}/resume`: goes on after a failure, a cancel or an interruption. What is done is kept, what
 * failed is tried again unless it was refused for good, create is reconciled and never repeated. A corrected
 * name is taken while create has not been. A batch that ended with files that have no clip tries those again. While a run is under way, or when there is a model, it changes nothing.
 * @throws ChirpsmithError BadInput, SessionNotFound, NotPossible, RecordConflict, StorageUnavailable
 */
export async function resumeSession(
  sessionId: string | undefined,
  subject: string,
  body: unknown,
  deps: StartSessionDeps,
  request: RunRequest = {},
): Promise<SessionAnswer> {
  const { name } = parseInput(resumeBody, body ?? {});
  const problems = name === undefined ? [] : nameProblems(name, deps.settings.limits);
  if (problems.length > 0)
    throw new ChirpsmithError('BadInput', 'The session cannot go on like this.', { problems });

  const found = await ownSession(sessionId, subject, deps.store);
  const rename = ({ create }: Session): Partial<Session> => {
    if (name === undefined) return {};
    if (create.fence !== 'none') {
      throw new ChirpsmithError(
        'NotPossible',
        'Create was called with the old name already; leave the name out.',
      );
    }
    return { name: name.trim() };
  };
  const session = await beginRun(found.session.sessionId, deps, rename, { again: true, request });
  if (name !== undefined && session.name !== name.trim()) {
    throw new ChirpsmithError(
      'NotPossible',
      `The session is "${session.status}" under its old name: leave the name out, or cancel first.`,
    );
  }
  return sessionAnswer({ ...found, session }, deps.settings, false);
}
