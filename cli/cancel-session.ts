import type { Surroundings } from './command.ts';
import type { CancelArguments } from './commands/cancel.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { lifetime } from './follow-session.ts';
import { endOfSession } from './outcome.ts';
import { onSession } from './with-session.ts';

/**
 * Stops a session and says what was paid and what still runs at the provider.
 * @throws InputRejected, ApiRefusal, ApiUnreachable
 */
export async function cancelSession(args: CancelArguments, surroundings: Surroundings): Promise<ExitCode> {
  const options = { quiet: true, spends: false };
  return onSession(args.session, surroundings, options, async ({ sessionId }, { client }) => {
    const cancelled = await client.cancelSession(sessionId);
    surroundings.display.tell(endOfSession(cancelled, lifetime(cancelled)).event);
    return exitCodes.done;
  });
}
