import { canCancel, isInDoubt, isRunning, type Session, type Track } from '../../domain/session.ts';
import type { Deps } from '../../runtime/spec.ts';
import { ChirpsmithError } from '../../shared/errors.ts';
import type { SessionAnswer } from '../contract/session.ts';
import { ownSession } from '../find-owned-session.ts';
import { sessionAnswer } from '../session-response.ts';
import type { route } from './route.ts';

export type CancelSessionDeps = Deps<typeof route>;

/** Tries against somebody who begins a run at the same moment. */
const attempts = 3;

/**
 * `POST /sessions/{id}/cancel`: stops the execution and says in the record what was paid and what still runs at the
 * provider, which cannot be stopped there (no such call is documented). A resume goes on later. Cancelling again
 * changes nothing.
 * @throws ChirpsmithError SessionNotFound, NotPossible when the session has ended, RecordConflict
 */
export async function cancelSession(
  sessionId: string,
  subject: string,
  { store, executions, settings, now }: CancelSessionDeps,
): Promise<SessionAnswer> {
  let { session } = await ownSession(sessionId, subject, store);
  for (let attempt = 1; session.status !== 'cancelled'; attempt++) {
    const { sessionId: id, executionArn, status } = session;
    if (!canCancel(session)) {
      throw new ChirpsmithError('NotPossible', `The session is "${status}": there is nothing to cancel.`);
    }
    if (attempt > attempts) {
      throw new ChirpsmithError('RecordConflict', 'Somebody else starts the session again and again.');
    }
    if (isRunning(session) && executionArn !== undefined) await executions.stop(executionArn);
    const { tracks } = await store.require(id);
    session = await store.changeSession(id, (current) => {
      // A run that somebody began meanwhile has to be stopped, too.
      if (!canCancel(current) || current.executionArn !== executionArn) return undefined;
      const at = new Date(now()).toISOString();
      return { status: 'cancelled', failure: { error: 'Cancelled', reason: whatRuns(current, tracks), at } };
    });
  }
  return sessionAnswer(await store.require(session.sessionId), settings, false);
}

function whatRuns(session: Session, tracks: readonly Track[]): string {
  const uploads = tracks.filter(({ status }) => status === 'submitted' || status === 'submitting').length;
  const work = session.kind === 'music' ? 'the music' : 'the training';
  const running = [
    ...(uploads > 0 ? [`${uploads} ${uploads === 1 ? 'upload' : 'uploads'}`] : []),
    ...(session.create.fence === 'submitted' ? [`${work}, which is paid`] : []),
    ...(isInDoubt(session) ? [`perhaps ${work}, which may have been paid`] : []),
  ];
  const still =
    running.length > 0
      ? `Still running at the provider: ${running.join(' and ')}.`
      : 'Nothing runs at the provider.';
  return `Cancelled. ${still} A resume goes on from here.`;
}
