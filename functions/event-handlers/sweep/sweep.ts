import { detectOrphan } from '../../domain/orphan-detection.ts';
import { isInDoubt, isRunning, type Session } from '../../domain/session.ts';
import { ensureStarted, startRun } from '../../domain/start-run.ts';
import type { Measurement } from '../../observability/metrics.ts';
import type { Deps } from '../../runtime/spec.ts';
import { ChirpsmithError } from '../../shared/errors.ts';
import type { trigger } from './trigger.ts';

export type SweepDeps = Deps<typeof trigger>;

/** Sessions checked per sweep, least recently updated first. */
const batch = 100;

/**
 * Milliseconds that a session may wait for its start before an alarm; and after which it is no longer counted,
 * lest an upload that was given up raise an alarm until its record expires.
 */
const startDue = { from: 60 * 60 * 1000, to: 24 * 60 * 60 * 1000 };

/** What a sweep saw and did. */
export interface Swept {
  readonly looked: number;
  /** Waiting for a start for over an hour, or recorded with an execution that cannot be started. */
  readonly neverStarted: string[];
  /** Recorded with an execution whose start was lost; started now, under its recorded name. */
  readonly started: string[];
  readonly interrupted: string[];
  readonly settling: string[];
}

/** What a sweep counts for. */
export const sweepMeasurements = ({ looked, neverStarted }: Swept): Measurement[] => [
  { name: 'SessionsUnderWay', value: looked },
  { name: 'SessionsNeverStarted', value: neverStarted.length },
];

/**
 * Finds sessions whose execution is gone while their record says that work is under way: stopped from the
 * console, timed out, or lost with the machine that ran it. One whose create is in doubt gets a new run, which
 * asks the provider for its status and calls nothing else; any other is recorded as interrupted, for a person to resume.
 * An execution that the record names and that never came about is started.
 */
export async function sweep(deps: SweepDeps): Promise<Swept> {
  const { store, executions, now } = deps;
  const underWay = await store.listRunning(batch);
  const unstarted = await store.listNotStarted(
    { from: now() - startDue.to, to: now() - startDue.from },
    batch,
  );
  const swept = {
    looked: underWay.length,
    neverStarted: unstarted.map(({ sessionId }) => sessionId),
    started: [] as string[],
    interrupted: [] as string[],
    settling: [] as string[],
  };
  for (const session of underWay) {
    const gone = await detectOrphan(session, executions, now());
    if (!gone) continue;
    const { sessionId } = session;
    if (gone === 'never-started') {
      ((await startNow(session, deps)) ? swept.started : swept.neverStarted).push(sessionId);
      continue;
    }
    try {
      if (isInDoubt(session)) {
        const change = (current: Session) => {
          // The index may lag behind, and a cancel stops the execution before it says so in the record.
          if (isRunning(current) && isInDoubt(current)) return {};
          throw new ChirpsmithError('RecordConflict', 'Another process has ended it.');
        };
        const begun = await startRun(sessionId, deps, change, { by: 'sweep' });
        if (begun.runs > session.runs) swept.settling.push(sessionId);
      } else {
        const reason = 'The run ended without a word: it was stopped, timed out, or lost with its machine.';
        const failure = { error: 'Unexpected', reason, at: new Date(now()).toISOString() } as const;
        await store.updateSession(session, { status: 'interrupted', failure });
        swept.interrupted.push(sessionId);
      }
    } catch (error) {
      // It was resumed or cancelled at this moment, or its ids belong to another provider: leave it.
      const isLeft =
        error instanceof ChirpsmithError && ['RecordConflict', 'NotPossible'].includes(error.name);
      if (!isLeft) throw error;
    }
  }
  return swept;
}

/** False: it cannot be started now, and the next sweep tries again. */
async function startNow(session: Session, { store, executions }: SweepDeps): Promise<boolean> {
  try {
    // The index may lag behind a cancel.
    await ensureStarted(await store.requireSession(session.sessionId), executions);
    return true;
  } catch (error) {
    if (!(error instanceof ChirpsmithError)) throw error;
    return false;
  }
}
