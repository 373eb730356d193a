import { payeeOf } from './billed-account.ts';
import type { Surroundings } from './command.ts';
import type { ResumeArguments } from './commands/resume.ts';
import { agree } from './confirm-spending.ts';
import { isUnderWay } from './diff-sessions.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { lifetime } from './follow-session.ts';
import { endOfSession } from './outcome.ts';
import { aboutCredits } from './output/format.ts';
import { goOn } from './report-run.ts';
import { naming } from './signal-handling.ts';
import { uploadRemembered } from './upload-remembered.ts';
import { onSession } from './with-session.ts';

/**
 * Goes on with a session, or starts it: what is done is kept, what is paid is not paid again. Files whose upload was cut
 * off are uploaded first, if this machine has declared them.
 * @throws InputRejected, ApiRefusal, ApiUnreachable
 */
export async function resumeSession(args: ResumeArguments, surroundings: Surroundings): Promise<ExitCode> {
  const { speed, watch, yes, name, minClips } = args;
  return onSession(
    args.session,
    surroundings,
    { speed, quiet: !watch, spends: true },
    async (session, reached) => {
      // A run would only come back to where it waits; another name is a reason for one.
      if (session.actions.includes('approve') && name === undefined) {
        const { event, code } = endOfSession(session, lifetime(session));
        surroundings.display.tell(event);
        return code;
      }
      if (!isUnderWay(session.status) && session.creditsToCome > 0) {
        const payee = payeeOf(session.music?.dialect ?? 'mountsea', reached.stack);
        const question = `Go on with "${session.name}", for ${aboutCredits(session)}, at ${payee.provider}?`;
        await agree(question, { yes }, { stack: payee }, surroundings);
      }
      const { sessionId } = session;
      const { signal } = surroundings;
      const upload = () => uploadRemembered(session, reached, surroundings);
      if (!isUnderWay(session.status) && !(await naming({ sessionId, mayRun: false }, signal, upload))) {
        return exitCodes.failed;
      }
      const resume = () => reached.client.resumeSession(sessionId, { name, minClips });
      const after = await naming({ sessionId, mayRun: true }, signal, resume);
      return goOn({ event: 'session.resumed' }, { before: session, after }, args, reached, surroundings);
    },
  );
}
