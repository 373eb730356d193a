import { isRunning } from '../functions/domain/session.ts';
import { agreeToGoOn, tracksToSend } from './agree-to-go-on.ts';
import { noteMissingWay, publishAudio, requireAudioWay } from './audio-way.ts';
import type { CommandContext } from './command.ts';
import type { ResumeArguments } from './commands/resume.ts';
import { withRights } from './confirm-rights.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { lifetime } from './follow-session.ts';
import { noteName } from './note-name.ts';
import { endOfSession } from './outcome.ts';
import { counted } from './output/format.ts';
import { reportRun } from './report-run.ts';
import { naming } from './signal-handling.ts';
import { uploadRemembered } from './upload-remembered.ts';
import { withSession } from './with-session.ts';

/**
 * Goes on with a session, or starts it: what is done is kept, what is paid is not paid again. Files whose upload was cut
 * off are uploaded first, if this machine has declared them.
 * @throws UsageError, ApiRefusal, ApiUnreachable
 */
export async function resumeSession(args: ResumeArguments, context: CommandContext): Promise<ExitCode> {
  const { speed, watch, yes, name, minClips } = args;
  await noteMissingWay(context);
  return withSession(
    args.session,
    context,
    { speed, quiet: !watch, spends: true },
    async (session, reached) => {
      // A run would only come back to where it waits; another name is a reason for one.
      if (session.actions.includes('approve') && name === undefined) {
        const { event, code } = endOfSession(session, lifetime(session));
        context.display.emit(event);
        return code;
      }
      const toBeSent = tracksToSend(session);
      const sendsAudio = toBeSent.length > 0;
      if (sendsAudio) await requireAudioWay(reached);
      if (name !== undefined) noteName(name, context.display);
      await agreeToGoOn(session, { yes }, reached, context);
      const { sessionId } = session;
      const { signal } = context;
      const upload = () => uploadRemembered(session, args, reached, context);
      if (!isRunning(session) && !(await naming({ sessionId, mayRun: false }, signal, upload))) {
        return exitCodes.failed;
      }
      const ended = sendsAudio ? await publishAudio(sessionId, toBeSent, reached, context) : undefined;
      if (ended !== undefined) return ended;
      const files = counted(session.tracks.length, 'file');
      const resume = () =>
        withRights(
          files,
          (words) => reached.client.resumeSession(sessionId, { name, minClips, ...words }),
          args,
          context,
        );
      const { answer: after } = await naming({ sessionId, mayRun: true }, signal, resume);
      return reportRun({ event: 'session.resumed' }, { before: session, after }, args, reached, context);
    },
  );
}
