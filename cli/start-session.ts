import type { SessionAnswer } from '../functions/api/contract/session.ts';
import { ApiUnreachable } from './api-errors.ts';
import type { CommandContext } from './command.ts';
import type { ConnectedStack } from './connect.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { endOf } from './outcome.ts';
import { comeBack } from './output/format.ts';
import { stackEnded } from './watch-session.ts';

/** The session as the start has left it, or the exit code when that is unknown: it may continue without us. */
export async function startSession(
  sessionId: string,
  { client, isStackRunning }: ConnectedStack,
  { display, signal }: CommandContext,
): Promise<SessionAnswer | ExitCode> {
  signal.throwIfAborted();
  try {
    return await client.startSession(sessionId);
  } catch (error) {
    if (signal.aborted) {
      const next = [{ words: 'To come back to it:', command: comeBack(sessionId) }];
      display.emit({ event: 'session.detached', sessionId, running: true, next });
      return exitCodes.interrupted;
    }
    if (!(error instanceof ApiUnreachable)) throw error;
    const reason = isStackRunning() ? error.message : stackEnded;
    const { event, code } = endOf({ why: 'lost', reason }, { sessionId }, 0);
    display.emit(event);
    return code;
  }
}
