import type { SessionAnswer } from '../functions/api/contract.ts';
import { ApiUnreachable } from './api-client.ts';
import type { Surroundings } from './command.ts';
import type { ReachedStack } from './connect.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { endOf } from './outcome.ts';
import { comeBack } from './output/format.ts';
import { stackEnded } from './watch-session.ts';

/** The session as the start has left it, or the exit code when nobody can tell: it may go on without us. */
export async function startSession(
  sessionId: string,
  { client, isRunning }: ReachedStack,
  { display, signal }: Surroundings,
): Promise<SessionAnswer | ExitCode> {
  signal.throwIfAborted();
  try {
    return await client.startSession(sessionId);
  } catch (error) {
    if (signal.aborted) {
      const next = [{ words: 'To come back to it:', command: comeBack(sessionId) }];
      display.tell({ event: 'session.left', sessionId, running: true, next });
      return exitCodes.left;
    }
    if (!(error instanceof ApiUnreachable)) throw error;
    const reason = isRunning() ? error.message : stackEnded;
    const { event, code } = endOf({ why: 'lost', reason }, sessionId, 0);
    display.tell(event);
    return code;
  }
}
