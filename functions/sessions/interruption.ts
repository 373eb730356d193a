import type { Executions } from './executions.ts';
import { isUnderWay, type Session } from './session.ts';

/**
 * Milliseconds for which a session may name an execution that does not exist yet: the record is written
 * first, then the execution is started.
 */
const startGrace = 60_000;

/**
 * What became of the execution of a session whose record says that work is under way: it has `ended` without a
 * word, it was `never-started`, or undefined: it is as it should be.
 */
export async function interruption(
  session: Session,
  executions: Pick<Executions, 'standing'>,
  now: number,
): Promise<'ended' | 'never-started' | undefined> {
  if (!isUnderWay(session) || session.executionArn === undefined) return undefined;
  const standing = await executions.standing(session.executionArn);
  if (standing === 'ended') return 'ended';
  const late = now - Date.parse(session.updatedAt) > startGrace;
  return standing === 'unknown' && late ? 'never-started' : undefined;
}

/** Does the record say that work is under way while its execution is gone: stopped, timed out, or lost? */
export async function isInterrupted(
  session: Session,
  executions: Pick<Executions, 'standing'>,
  now: number,
): Promise<boolean> {
  return (await interruption(session, executions, now)) !== undefined;
}
