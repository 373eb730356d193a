import type { SessionAnswer } from '../functions/api/contract/session.ts';
import { isRunning } from '../functions/domain/session.ts';
import { agreeToGoOn } from './agree-to-go-on.ts';
import { type ApiClient, ApiRefusal } from './api-client.ts';
import { needsAudio, publishAudio } from './audio-way.ts';
import type { CommandContext } from './command.ts';
import { withRights } from './confirm-rights.ts';
import type { ConnectedStack } from './connect.ts';
import type { CliEvent } from './events.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { followSession, lifetime } from './follow-session.ts';
import type { Next } from './next.ts';
import { refuseOtherProvider } from './other-provider.ts';
import { endOfSession } from './outcome.ts';
import { counted } from './output/format.ts';
import { naming } from './signal-handling.ts';

/**
 * The session that these files have already under this name.
 * @returns undefined where there is none
 * @throws ApiRefusal, ApiUnreachable
 */
export async function findExisting(
  body: Parameters<ApiClient['createSession']>[0],
  { client }: Pick<ConnectedStack, 'client'>,
): Promise<string | undefined> {
  if (body.again) return undefined;
  try {
    return (await client.createSession({ ...body, onlyExisting: true })).sessionId;
  } catch (error) {
    if (error instanceof ApiRefusal && error.status === 404) return undefined;
    throw error;
  }
}

/**
 * Goes on with the session that these files have already, under this name: what is done and paid is kept, what is
 * missing is uploaded.
 * @param options.again how to have another session of the same files
 * @param options.upload uploads what the session waits for, and says whether all of it is there
 * @param options.end what the caller knows of its end beyond the session
 */
export async function goOnWithExisting(
  sessionId: string,
  options: {
    again: Next;
    yes: boolean;
    deadline: number | undefined;
    rightsConfirmed: boolean;
    upload(session: SessionAnswer): Promise<boolean>;
    end?(told: { event: CliEvent; code: ExitCode }): { event: CliEvent; code: ExitCode };
  },
  reached: ConnectedStack,
  context: CommandContext,
): Promise<ExitCode> {
  const { client } = reached;
  const { display, signal } = context;
  const { again, deadline, upload, end = (told) => told } = options;
  let { session } = await client.getSession(sessionId);
  refuseOtherProvider(session, reached, context, [again]);
  const { name, status, actions } = session;
  display.emit({ event: 'session.existing', sessionId, name, status, next: [again] });
  if (actions.includes('start') || actions.includes('resume')) {
    await agreeToGoOn(session, options, reached, context);
    const send = () => upload(session);
    if (!(await naming({ sessionId, mayRun: false }, signal, send))) return exitCodes.failed;
    await publishAudio(sessionId, session.tracks.filter(needsAudio), reached, context);
    const files = counted(session.tracks.length, 'file');
    const start = () =>
      withRights(files, (words) => client.resumeSession(sessionId, words), options, context);
    session = (await naming({ sessionId, mayRun: true }, signal, start)).answer;
  }
  if (isRunning(session)) {
    return followSession(session, reached, context, { deadline, seconds: lifetime, end });
  }
  const { event, code } = end(endOfSession(session, lifetime(session)));
  display.emit(event);
  return code;
}
