import type { SessionAnswer } from '../functions/api/contract/session.ts';
import { isRunning } from '../functions/domain/session.ts';
import { agreeToGoOn } from './agree-to-go-on.ts';
import type { ApiClient } from './api-client.ts';
import { ApiRefusal } from './api-errors.ts';
import { needsAudio, publishAudio } from './audio-way.ts';
import type { CommandContext } from './command.ts';
import { withRights } from './confirm-rights.ts';
import type { ConnectedStack } from './connect.ts';
import type { CliEvent } from './events.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { followSession, lifetime } from './follow-session.ts';
import { leadingToProvider, type Next } from './next.ts';
import { nextSteps } from './next-steps.ts';
import { otherProvider, refuseOtherSession, toStop } from './other-provider.ts';
import { endOfSession } from './outcome.ts';
import { comeBack, counted, goOnCommand } from './output/format.ts';
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
    again(session: SessionAnswer): Next;
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
  const { display } = context;
  const { again, deadline, end = (told) => told } = options;
  const { session } = await client.getSession(sessionId);
  // A shell that names no provider has left it out: another session would be the sandbox's.
  const other = context.env.PROVIDER_BASE_URL ? [again(session)] : [];
  refuseOtherSession(session, reached, context, other);
  const elsewhere = otherProvider(session, reached, context, session.modelId ? 'model' : 'session');
  if (elsewhere) display.emit({ event: 'note', message: elsewhere.message, next: [toStop] });
  const { name, status } = session;
  display.emit({
    event: 'session.existing',
    sessionId,
    name,
    status,
    next: waysBack(session, again(session)),
  });
  const resumed = await sendAndResume(session, options, reached, context);
  if (resumed === undefined) return exitCodes.failed;
  if (isRunning(resumed)) {
    const justStarted = !isRunning(session);
    return followSession(resumed, reached, context, { deadline, seconds: lifetime, end, justStarted });
  }
  const { event, code } = end(endOfSession(resumed, lifetime(resumed)));
  display.emit(event);
  return code;
}

/** Another session of the same files is named only when this one is finished: each costs as much as the first. */
function waysBack(session: SessionAnswer, again: Next): readonly Next[] {
  const { sessionId, actions } = session;
  const words = 'To come back to it:';
  const way = (command: string) => leadingToProvider(session, [{ words, command }]);
  if (isRunning(session)) return way(comeBack(sessionId));
  if (canGoOn(session)) return way(goOnCommand(sessionId));
  // What waits for a person is shown when the command ends.
  return actions.length === 0 ? leadingToProvider({ ...session, movable: true }, [again]) : [];
}

const canGoOn = ({ actions }: SessionAnswer) => actions.includes('start') || actions.includes('resume');

/**
 * Uploads what is missing and starts the session, where that is all it waits for.
 * @returns the session as it is then; undefined where something could not be uploaded, or another command has cancelled it
 *   meanwhile, which has been reported
 */
async function sendAndResume(
  session: SessionAnswer,
  options: Parameters<typeof goOnWithExisting>[1],
  reached: ConnectedStack,
  context: CommandContext,
): Promise<SessionAnswer | undefined> {
  if (!canGoOn(session)) return session;
  const { client } = reached;
  const { display, signal } = context;
  const { sessionId } = session;
  await agreeToGoOn(session, options, reached, context);
  try {
    const send = () => options.upload(session);
    if (!(await naming({ sessionId, mayRun: false }, signal, send))) return undefined;
    const ended = await publishAudio(sessionId, session.tracks.filter(needsAudio), reached, context);
    if (ended !== undefined) return undefined;
    const files = counted(session.tracks.length, 'file');
    const start = () =>
      withRights(files, (words) => client.resumeSession(sessionId, words), options, context);
    return (await naming({ sessionId, mayRun: true }, signal, start)).answer;
  } catch (error) {
    if (!(error instanceof ApiRefusal) || error.status !== 409) throw error;
    const { session: now } = await client.getSession(sessionId);
    // Another command has started it since this one has looked.
    if (now.status !== session.status) return now;
    display.emit({ event: 'error', message: error.message, next: nextSteps(now) });
    return undefined;
  }
}
