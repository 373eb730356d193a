import type { CommandContext } from './command.ts';
import type { StatusArguments } from './commands/status.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { followSession, lifetime } from './follow-session.ts';
import { listSessions } from './list-sessions.ts';
import { nextSteps } from './next-steps.ts';
import { otherProvider } from './other-provider.ts';
import { withSession } from './with-session.ts';

/**
 * Shows one session, or follows it to its end; without an id, the list. Where no stack runs, one is started to
 * read the records, and stopped again.
 * @throws UsageError, ChirpsmithError, ApiRefusal, ApiUnreachable
 */
export async function showStatus(args: StatusArguments, context: CommandContext): Promise<ExitCode> {
  if (args.session === undefined) return listSessions(args, context);
  const options = { quiet: !args.watch, spends: false };
  return withSession(args.session, context, options, async (session, reached) => {
    if (args.watch) {
      return followSession(session, reached, context, { deadline: args.deadline, seconds: lifetime });
    }
    const other = otherProvider(session, reached, context);
    const next = [...(other ? [{ words: other.message }] : []), ...nextSteps(session)];
    context.display.emit({ event: 'session.status', ...session, next });
    return exitCodes.done;
  });
}
