import type { CommandContext } from './command.ts';
import type { CancelArguments } from './commands/cancel.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { lifetime } from './follow-session.ts';
import { tellLeftAudio } from './left-audio.ts';
import { endOfSession } from './outcome.ts';
import { withSession } from './with-session.ts';

/**
 * Stops a session and says what was paid and what still runs at the provider.
 * @throws UsageError, ApiRefusal, ApiUnreachable
 */
export async function cancelSession(args: CancelArguments, context: CommandContext): Promise<ExitCode> {
  const options = { quiet: true, spends: false };
  return withSession(args.session, context, options, async ({ sessionId }, reached) => {
    const cancelled = await reached.client.cancelSession(sessionId);
    await tellLeftAudio(cancelled, reached, context);
    context.display.emit(endOfSession(cancelled, lifetime(cancelled)).event);
    return exitCodes.done;
  });
}
