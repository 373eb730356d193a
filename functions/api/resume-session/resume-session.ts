import { confirmedRights, rightsProblem } from '../../domain/rights.ts';
import type { Session } from '../../domain/session.ts';
import { type RunRequest, startRun } from '../../domain/start-run.ts';
import { minClipsProblems, nameProblems } from '../../domain/validate-names.ts';
import type { BodyOf } from '../../runtime/spec.ts';
import { ChirpsmithError } from '../../shared/errors.ts';
import type { SessionAnswer } from '../contract/session.ts';
import { ownSession } from '../find-owned-session.ts';
import { sessionAnswer } from '../session-response.ts';
import type { StartSessionDeps } from '../start-session/start-session.ts';
import type { route } from './route.ts';

/**
 * `POST /sessions/{id}/resume`: goes on after a failure, a cancel or an interruption. What is done is kept, what
 * failed is tried again unless it was refused for good, create is reconciled and never repeated. A corrected
 * name, or a smaller number of clips, is taken while create has not been. A batch that ended with files that have no clip tries those again. While a run is under way, or when there is a model, it changes nothing.
 * @throws ChirpsmithError BadInput, SessionNotFound, NotPossible, RecordConflict, StorageUnavailable
 */
export async function resumeSession(
  sessionId: string,
  subject: string,
  { name, minClips, rights = false }: BodyOf<typeof route>,
  deps: StartSessionDeps,
  request: RunRequest = {},
): Promise<SessionAnswer> {
  const { limits } = deps.settings;
  const problems = [
    ...(name === undefined ? [] : nameProblems(name, limits)),
    ...(minClips === undefined ? [] : minClipsProblems(minClips, limits)),
  ];
  if (problems.length > 0)
    throw new ChirpsmithError('BadInput', 'The session cannot go on like this.', { problems });

  const found = await ownSession(sessionId, subject, deps.store);
  if (minClips !== undefined && found.session.kind !== 'train') {
    const where = 'minClips';
    const message = 'is about the clips of a training, and this session trains nothing: leave it out';
    throw new ChirpsmithError('BadInput', 'The session cannot go on like this.', {
      problems: [{ where, message }],
    });
  }
  const confirmation = { confirmedBy: subject, confirmedAt: new Date(deps.now()).toISOString() };
  const changes = (session: Session): Partial<Session> => {
    const wished = corrected(session);
    const sendsFiles = session.kind !== 'music' && session.create.fence === 'none';
    if (rights && sendsFiles) return { ...wished, rights: confirmedRights(found.tracks, confirmation) };
    if (!deps.settings.rightsQuestion || !sendsFiles || session.rights !== undefined) return wished;
    const problems = [rightsProblem('the request')];
    throw new ChirpsmithError('BadInput', 'The session cannot go on like this.', { problems });
  };
  const corrected = ({ create }: Session): Partial<Session> => {
    const wished = { ...(name === undefined ? {} : { name: name.trim() }), ...given({ minClips }) };
    if (Object.keys(wished).length === 0 || create.fence === 'none') return wished;
    throw new ChirpsmithError(
      'NotPossible',
      name === undefined
        ? 'Create was called already, with the clips that there were; leave minClips out.'
        : 'Create was called with the old name already; leave the name out.',
    );
  };
  const session = await startRun(found.session.sessionId, deps, changes, {
    by: subject,
    again: true,
    request,
  });
  if (name !== undefined && session.name !== name.trim()) {
    throw new ChirpsmithError(
      'NotPossible',
      `The session is "${session.status}" under its old name: leave the name out, or cancel first.`,
    );
  }
  if (minClips !== undefined && session.minClips !== minClips) {
    throw new ChirpsmithError(
      'NotPossible',
      `The session is "${session.status}", and needs the clips that it needed: leave minClips out, or cancel first.`,
    );
  }
  return sessionAnswer({ ...found, session }, deps.settings, false);
}

const given = ({ minClips }: { minClips: number | undefined }) =>
  minClips === undefined ? {} : { minClips };
