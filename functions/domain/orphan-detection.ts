import type { Settings } from '../shared/settings.ts';
import type { Executions } from './executions.ts';
import { isRunning, type Session } from './session.ts';

/**
 * Milliseconds for which a session may name an execution that does not exist yet: the record is written
 * first, then the execution is started.
 */
const startGrace = 60_000;

/**
 * The state of the execution of a session whose record says that work is under way: `ended` without
 * recording it, `never-started`, or undefined: it runs as it should.
 */
export async function detectOrphan(
  session: Session,
  executions: Pick<Executions, 'executionStatus'>,
  now: number,
): Promise<'ended' | 'never-started' | undefined> {
  if (!isRunning(session) || session.executionArn === undefined) return undefined;
  const status = await executions.executionStatus(session.executionArn);
  if (status === 'ended') return 'ended';
  const late = now - Date.parse(session.updatedAt) > startGrace;
  return status === 'unknown' && late ? 'never-started' : undefined;
}

/** What of a session says when it was worked on last. */
interface Heard {
  readonly session: Pick<Session, 'status' | 'updatedAt'> & {
    readonly create: Pick<Session['create'], 'requestedAt'>;
  };
  /** Of any of its tracks. */
  readonly lastSubmittedAt: string | undefined;
}

/**
 * Has the record not changed for longer than the schedule of its work expects? Only then an execution is worth a
 * question: DescribeExecution is let through 15 times a second (documented), and many people may watch.
 * @param speed how much faster than the wall's clock waits run (1 in AWS)
 */
export function isQuiet(
  { session: { status, updatedAt, create }, lastSubmittedAt }: Heard,
  { schedules }: Settings,
  now: number,
  speed: number,
): boolean {
  const times = [updatedAt, create.requestedAt, lastSubmittedAt];
  const last = times.reduce((latest, time) => Math.max(latest, time === undefined ? 0 : Date.parse(time)), 0);
  const schedule =
    status === 'training'
      ? schedules.training
      : status === 'generating'
        ? schedules.music
        : status === 'uploading'
          ? schedules.upload
          : undefined;
  const expected = schedule === undefined ? startGrace : 1000 * (schedule.later?.after ?? schedule.deadline);
  return (now - last) * speed > expected;
}

/** Does the record say that work is under way while its execution is gone: stopped, timed out, or lost? */
export async function isInterrupted(
  session: Session,
  executions: Pick<Executions, 'executionStatus'>,
  now: number,
): Promise<boolean> {
  return (await detectOrphan(session, executions, now)) !== undefined;
}
