import { type Create, canDecide, isRunning, type Session } from '../../domain/session.ts';
import { ensureStarted, type RunRequest, startRun } from '../../domain/start-run.ts';
import { nameProblems } from '../../domain/validate-names.ts';
import type { BodyOf } from '../../runtime/spec.ts';
import { ChirpsmithError, type Problem } from '../../shared/errors.ts';
import type { SessionAnswer } from '../contract/session.ts';
import { ownSession } from '../find-owned-session.ts';
import { sessionAnswer } from '../session-response.ts';
import type { StartSessionDeps } from '../start-session/start-session.ts';
import type { route } from './route.ts';

/**
 * `POST /sessions/{id}/decide`: a person's explicit word on a create that may have been paid, or on a training
 * that was paid and failed. *check-again* asks the provider once more; *create-again* calls create a second time,
 * which may cost the credits a second time; *abandon* ends the session. Who, what and when is recorded. The same
 * choice again, while it is being carried out, changes nothing; another one is refused by then.
 * @throws ChirpsmithError BadInput, SessionNotFound, NotPossible when there is nothing to decide, RecordConflict
 */
export async function decideSession(
  sessionId: string,
  subject: string,
  { choice, name }: BodyOf<typeof route>,
  deps: StartSessionDeps,
  { requestId, isAnswered = false }: RunRequest = {},
): Promise<SessionAnswer> {
  const found = await ownSession(sessionId, subject, deps.store);
  const { session } = found;
  const answer = (changed: Session) => sessionAnswer({ ...found, session: changed }, deps.settings, false);

  const isCarriedOut = ({ status, decisions }: Session) =>
    decisions.at(-1)?.choice === choice &&
    (isRunning({ status }) || status === 'ready' || status === 'abandoned');
  // Decided by this very request; what became of it since is no reason to decide again.
  const isDecided = session.decisions.some((one) => requestId !== undefined && one.requestId === requestId);
  if (isAnswered || isDecided || isCarriedOut(session)) {
    await ensureStarted(session, deps.executions);
    return answer(session);
  }
  requireDoubt(session);
  const problems = name === undefined ? [] : namedProblems(name, choice, session, deps.settings);
  if (problems.length > 0) {
    throw new ChirpsmithError('BadInput', 'It cannot be decided like this.', { problems });
  }
  if (choice === 'check-again' && session.kind === 'music' && session.create.taskId === undefined) {
    throw new ChirpsmithError(
      'NotPossible',
      'The task was lost with the answer, so there is nobody to ask: look at the provider, then create-again or abandon.',
    );
  }

  const at = new Date(deps.now()).toISOString();
  const decision = { choice, by: subject, at, requestId };
  const decided = ({ decisions }: Session) => ({ decisions: [...decisions, decision] });
  if (choice === 'abandon') {
    return answer(await deps.store.updateSession(session, { ...decided(session), status: 'abandoned' }));
  }
  const change = (current: Session) => {
    requireDoubt(current);
    return {
      ...decided(current),
      ...(name === undefined ? {} : { name: name.trim() }),
      create: choice === 'create-again' ? oneMore(current) : askedAnew(current),
    };
  };
  const run = await startRun(session.sessionId, deps, change, { by: subject });
  // Another request started a run meanwhile, perhaps with another choice.
  if (!isCarriedOut(run)) requireDoubt(run);
  return answer(run);
}

/** What is wrong with another name for the model of the call that is made again. */
function namedProblems(
  name: string,
  choice: Session['decisions'][number]['choice'],
  { kind }: Session,
  { limits }: StartSessionDeps['settings'],
): Problem[] {
  const isCall = choice === 'create-again' && kind === 'train';
  if (isCall) return nameProblems(name, limits);
  return [{ where: 'name', message: 'is for create-again of a training only: leave it out' }];
}

function requireDoubt(session: Session): void {
  if (canDecide(session)) return;
  throw new ChirpsmithError('NotPossible', `The session is "${session.status}": there is nothing to decide.`);
}

/** One more call is allowed, in the run that begins now; what is known of the earlier one stays as it is. */
const oneMore = ({ create, runs }: Session): Create => ({ ...create, againIn: runs + 1 });

/** A training that failed is asked about once more; what is in doubt is asked about as it is. */
function askedAnew({ create }: Session): Create {
  if (create.fence !== 'failed') return create;
  const { finishedAt: _finished, ...asked } = create;
  return { ...asked, fence: 'submitted' };
}
