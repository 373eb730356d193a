import { ChirpsmithError } from '../shared/errors.ts';
import { type Executions, executionName } from './executions.ts';
import { isPartial, isRunning, isTerminated, type Session } from './session.ts';
import type { SessionStore } from './session-records.ts';

export interface StartRunDeps {
  readonly store: Pick<SessionStore, 'requireSession' | 'updateSession'>;
  readonly executions: Pick<Executions, 'arnOf' | 'start' | 'executionStatus'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The request that wants a run; a repetition of it begins no second one. */
export interface RunRequest {
  /** The same for each repetition; undefined for a request without an idempotency key. */
  readonly requestId?: string;
  /** It had its response before. */
  readonly isAnswered?: boolean;
}

/**
 * Tries against those who write at the same moment, and against passing faults: another run that begins, its Prepare,
 * and two cancels are four writes.
 */
const attempts = 5;

/**
 * Begins a run: a new execution of the machine on the session, which does what is not done yet. A session that
 * is under way or ready is left as it is, so that asking twice begins one. The record is written before the
 * execution is started, and names it: of two callers at once one starts it, and both get the same session. A start
 * that was lost after the write is made again under the recorded name, which starts nothing where it came through.
 * @param change what else the caller changes; may refuse by throwing, and is not asked when a run is under way
 * @param options.by who begins it, for the journal: the subject of a token, or `sweep`
 * @param options.request begins one run, also when that has ended by the time of its repetition
 * @param options.again a batch that has come to its end tries once more what has no clip
 * @throws ChirpsmithError NotPossible for a session that is given up, RecordConflict, StorageUnavailable
 */
export async function startRun(
  sessionId: string,
  { store, executions }: StartRunDeps,
  change: (session: Session) => Partial<Session> = () => ({}),
  { by, again = false, request = {} }: { by?: string; again?: boolean; request?: RunRequest } = {},
): Promise<Session> {
  const { requestId, isAnswered = false } = request;
  for (let attempt = 1; ; attempt++) {
    try {
      const session = await store.requireSession(sessionId);
      if (session.status === 'ready' && !(again && isPartial(session))) return session;
      const isBegun = isAnswered || (requestId !== undefined && session.requestId === requestId);
      if (isRunning(session) && (await ensureStarted(session, executions)) !== 'ended') return session;
      if (isBegun) return session;
      if (isTerminated(session)) {
        const why = session.status === 'deleting' ? 'is being deleted' : 'was abandoned by a decision';
        throw new ChirpsmithError('NotPossible', `The session ${why}; begin a new one.`);
      }
      const runs = session.runs + 1;
      const name = `${sessionId}-${runs}`;
      const run = {
        status: 'preparing',
        runs,
        runBy: by,
        pace: 1,
        executionArn: executions.arnOf(name, session.kind),
        // As it was read: that of this stack, where nothing of the session is at another provider.
        provider: session.provider,
        failure: undefined,
        requestId,
      } as const;
      const begun = await store.updateSession(session, { ...change(session), ...run });
      await executions.start(name, { sessionId }, session.kind);
      return begun;
    } catch (error) {
      // The record says next time how far this try came: a write or a start may have landed without its response.
      if (!isPassing(error) || attempt >= attempts) throw error;
    }
  }
}

/**
 * Starts the execution that the record of a session under way names, where there is none: its start was lost.
 * @returns `ended` when the execution is over while the record says that work is under way
 */
export async function ensureStarted(
  session: Session,
  executions: Pick<Executions, 'start' | 'executionStatus'>,
): Promise<'running' | 'ended'> {
  const { sessionId, kind, executionArn } = session;
  if (!isRunning(session) || executionArn === undefined) return 'running';
  const status = await executions.executionStatus(executionArn);
  if (status !== 'unknown') return status;
  // By the same name and input Step Functions starts it once, however many callers do this.
  await executions.start(executionName(executionArn), { sessionId }, kind);
  return 'running';
}

function isPassing(error: unknown): boolean {
  return error instanceof ChirpsmithError && ['RecordConflict', 'StorageUnavailable'].includes(error.name);
}
