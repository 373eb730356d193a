import { ChirpsmithError } from '../shared/errors.ts';
import type { Executions } from './executions.ts';
import { isInterrupted } from './interruption.ts';
import { isGivenUp, isPartial, isUnderWay, type Session } from './session.ts';
import type { SessionStore } from './session-store.ts';

export interface BeginRunDeps {
  readonly store: SessionStore;
  readonly executions: Executions;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Tries against somebody else who begins a run, or ends one, at the same moment. */
const attempts = 3;

/**
 * Begins a run: a new execution of the machine on the session, which does what is not done yet. A session that
 * is under way or ready is left as it stands, so that asking twice begins one. The record is written before the
 * execution is started: of two callers at once one starts it, and the other is told the same.
 * @param change what else the caller changes; may refuse by throwing, and is not asked when a run is under way
 * @param options.again a batch that has come to its end tries once more what has no clip
 * @throws ChirpsmithError NotPossible for a session that is given up, RecordConflict, StorageUnavailable
 */
export async function beginRun(
  sessionId: string,
  { store, executions, now }: BeginRunDeps,
  change: (session: Session) => Partial<Session> = () => ({}),
  { again = false }: { again?: boolean } = {},
): Promise<Session> {
  for (let attempt = 1; ; attempt++) {
    const session = await store.requireSession(sessionId);
    if (session.status === 'ready' && !(again && isPartial(session))) return session;
    if (isUnderWay(session) && !(await isInterrupted(session, executions, now()))) return session;
    if (isGivenUp(session)) {
      const why = session.status === 'deleting' ? 'is being deleted' : 'was abandoned by a decision';
      throw new ChirpsmithError('NotPossible', `The session ${why}; begin a new one.`);
    }
    const runs = session.runs + 1;
    const name = `${sessionId}-${runs}`;
    const run = {
      status: 'preparing',
      runs,
      pace: 1,
      executionArn: executions.arnOf(name, session.kind),
      failure: undefined,
    } as const;
    try {
      const begun = await store.updateSession(session, { ...change(session), ...run });
      await executions.start(name, { sessionId }, session.kind);
      return begun;
    } catch (error) {
      const lost = error instanceof ChirpsmithError && error.name === 'RecordConflict';
      if (!lost || attempt >= attempts) throw error;
    }
  }
}
