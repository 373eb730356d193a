import type { SessionAnswer } from '../functions/api/contract/session.ts';
import { isRunning } from '../functions/domain/session.ts';
import type { Decision } from './api-client.ts';
import type { CommandContext } from './command.ts';
import type { ApproveArguments } from './commands/approve.ts';
import type { ConnectedStack } from './connect.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { followSession, lifetime } from './follow-session.ts';
import { endOfSession } from './outcome.ts';
import { comeBack } from './output/format.ts';

/**
 * Tells what a person's word has brought about: a run, which `--watch` follows to its end, or none, because
 * there is nothing left to do.
 * @param before the session as it stood when the word was given
 * @param after the API's answer
 */
export async function reportRun(
  done: { event: 'session.resumed' | 'session.approved' | 'session.decided'; choice?: Decision },
  { before, after }: { before: SessionAnswer; after: SessionAnswer },
  args: Pick<ApproveArguments, 'watch' | 'deadline'>,
  reached: ConnectedStack,
  context: CommandContext,
): Promise<ExitCode> {
  const { display } = context;
  const began = performance.now();
  if (!isRunning(after)) {
    const { event, code } = endOfSession(after, lifetime(after));
    display.emit(event);
    return code;
  }
  const { sessionId, kind, name, status, creditsSpent, creditsToCome } = after;
  display.emit({
    ...done,
    sessionId,
    kind,
    name,
    status,
    already: isRunning(before),
    creditsSpent,
    creditsToCome,
    next: args.watch ? [] : [{ words: 'To follow it:', command: comeBack(sessionId) }],
  });
  if (!args.watch) return exitCodes.done;
  return followSession(after, reached, context, {
    deadline: args.deadline,
    seconds: () => (performance.now() - began) / 1000,
  });
}
