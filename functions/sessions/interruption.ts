import type { Executions } from './executions.ts';
import { isUnderWay, type Session } from './session.ts';

/**
 * Milliseconds for which a session may name an execution that does not exist yet: the record is written
 * first, then the execution is started.
 */
const startGrace = 60_000;

/** Does the record say that work is under way while its execution is gone: stopped, timed out, or lost? */
export async function isInterrupted(session: Session, executions: Executions, now: number): Promise<boolean> {
  if (!isUnderWay(session) || session.executionArn === undefined) return false;
  const standing = await executions.standing(session.executionArn);
  if (standing === 'unknown') return now - Date.parse(session.updatedAt) > startGrace;
  return standing === 'ended';
}
