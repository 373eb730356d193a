import type { TimelineAnswer } from '../functions/api/contract/timeline.ts';
import type { ApiClient } from './api-client.ts';
import { ApiRefusal } from './api-errors.ts';
import type { CommandContext } from './command.ts';
import type { StatusArguments } from './commands/status.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { followSession, lifetime } from './follow-session.ts';
import { tellLeftAudio } from './left-audio.ts';
import { listSessions } from './list-sessions.ts';
import { nextSteps } from './next-steps.ts';
import { otherProvider, toStop } from './other-provider.ts';
import { withSession } from './with-session.ts';

/** Nothing where the stage is older than its timelines, or the session has just been deleted. */
async function timelineOf(
  sessionId: string,
  client: Pick<ApiClient, 'getTimeline'>,
): Promise<TimelineAnswer | undefined> {
  try {
    return await client.getTimeline(sessionId);
  } catch (error) {
    if (error instanceof ApiRefusal && error.status === 404) return undefined;
    throw error;
  }
}

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
    await tellLeftAudio(session, reached, context);
    const other = otherProvider(session, reached, context);
    const next = [...(other ? [{ words: other.message }, toStop] : []), ...nextSteps(session)];
    const timeline = await timelineOf(session.sessionId, reached.client);
    context.display.emit({ event: 'session.status', ...session, next, ...(timeline && { timeline }) });
    return exitCodes.done;
  });
}
