import { ChirpsmithError } from '../shared/errors.ts';
import { machines, type SessionKind } from '../shared/state-contracts.ts';
import type { Executions } from './executions.ts';
import { isRunning, isTerminated, type Session } from './session.ts';
import type { SessionStore } from './session-records.ts';

/** The owner of a session that was started in the console without one. */
export const nobody = 'console';

/**
 * Assigns a session that was started in the console without an owner to a person.
 * They can then approve, decide, replace and delete by the API.
 * @throws ChirpsmithError NotPossible when it is another person's
 */
export async function giveTo(
  { sessionId, owner }: Session,
  person: string,
  store: Pick<SessionStore, 'changeSession'>,
): Promise<Session> {
  const given = await store.changeSession(sessionId, (current) =>
    current.owner === nobody ? { owner: person } : undefined,
  );
  if (given.owner === person) return given;
  throw new ChirpsmithError(
    'NotPossible',
    `Session ${sessionId} has an owner already${owner === nobody ? ' by now' : ''}: leave owner out.`,
  );
}

/**
 * Attaches this execution to the session; a start through the API has done so already.
 * Refused while another is running: two runs would repeat each other's work. A stopped execution begins no run.
 * @param run the execution, what its machine is for, and who began it: `console` or `manifest`
 * @throws ChirpsmithError NotPossible
 */
export async function claimRun(
  session: Session,
  run: { readonly executionArn: string; readonly kind: SessionKind; readonly by: string },
  {
    store,
    executions,
  }: {
    readonly store: Pick<SessionStore, 'updateSession'>;
    readonly executions: Pick<Executions, 'executionStatus'>;
  },
): Promise<Session> {
  const { sessionId, status, kind } = session;
  const { executionArn } = run;
  if (kind !== run.kind) {
    throw new ChirpsmithError('NotPossible', `Session ${sessionId} is for the machine ${machines[kind]}.`);
  }
  const isOwn = session.executionArn === executionArn;
  if (isTerminated(session) || (status === 'cancelled' && isOwn)) {
    throw new ChirpsmithError('NotPossible', `Session ${sessionId} is ${status}, by its owner's word.`);
  }
  if (status === 'ready' || isOwn) return session;
  // The function of an execution that was stopped runs on: it must not take the session from a run that came after.
  if (session.executionArn !== undefined && (await executions.executionStatus(executionArn)) === 'ended') {
    const own = executionArn.split(':').at(-1);
    throw new ChirpsmithError(
      'NotPossible',
      `Execution ${own} was stopped; session ${sessionId} has another.`,
    );
  }
  if (isRunning(session) && session.executionArn !== undefined) {
    if ((await executions.executionStatus(session.executionArn)) === 'running') {
      const other = session.executionArn.split(':').at(-1);
      throw new ChirpsmithError(
        'NotPossible',
        `Session ${sessionId} is under way in another execution, ${other}: wait for it, or cancel it first.`,
      );
    }
  }
  const begun = { executionArn, runs: session.runs + 1, runBy: run.by, pace: 1, failure: undefined };
  return store.updateSession(session, { ...begun, status: 'preparing' });
}
