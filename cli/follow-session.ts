import type { SessionAnswer } from '../functions/api/contract/session.ts';
import type { CommandContext } from './command.ts';
import type { ConnectedStack } from './connect.ts';
import { trackResults } from './diff-sessions.ts';
import type { CliEvent } from './events.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { tellLeftAudio } from './left-audio.ts';
import { leadingToProvider } from './next.ts';
import { endOf } from './outcome.ts';
import { comeBack } from './output/format.ts';
import { watchSession } from './watch-session.ts';

/**
 * Shows how a session goes on, until it comes to a rest, the deadline is over, or Ctrl-C: the session goes on then.
 * @param session its current state
 * @param options.isNew report everything as new; otherwise report the current state, then changes
 * @param options.justStarted names the command that comes back to it, as for a new one
 * @param options.end what the caller knows of its end beyond the session
 * @param options.seconds what the end tells as the time that it took, of the session as it was seen last
 */
export async function followSession(
  session: SessionAnswer,
  reached: ConnectedStack,
  context: CommandContext,
  {
    isNew = false,
    justStarted = isNew,
    deadline,
    seconds,
    end = (told) => told,
  }: {
    isNew?: boolean;
    justStarted?: boolean;
    deadline: number | undefined;
    seconds(seen: SessionAnswer): number;
    end?(told: { event: CliEvent; code: ExitCode }): { event: CliEvent; code: ExitCode };
  },
): Promise<ExitCode> {
  const { client, longestPause, isStackRunning } = reached;
  const { display, signal, clock } = context;
  const { sessionId, kind, name, status } = session;
  const about = { sessionId, kind, name, tracks: trackResults(session) };
  const started = [{ words: 'Started. To come back to it:', command: comeBack(sessionId) }];
  const next = leadingToProvider(session, started);
  if (isNew) display.emit({ event: 'session.started', ...about, next });
  else {
    display.emit({ event: 'session.found', ...about, ...(justStarted && { next }) });
    if (status === 'creating' || status === 'training') {
      display.emit({ event: `session.${status}`, sessionId });
    }
  }
  try {
    const ending = await watchSession(client, sessionId, {
      before: isNew ? undefined : session,
      emit: display.emit,
      signal,
      deadline,
      longestPause,
      isStackRunning,
      clock,
    });
    const seen = 'session' in ending ? ending.session : session;
    if ('session' in ending) await tellLeftAudio(ending.session, reached, context);
    const { event, code } = end(endOf(ending, session, seconds(seen)));
    display.emit(event);
    return code;
  } catch (error) {
    if (!signal.aborted) throw error;
    const back = [{ words: 'To come back to it:', command: comeBack(sessionId) }];
    const next = leadingToProvider(session, back);
    display.emit({ event: 'session.detached', sessionId, running: true, next });
    return exitCodes.interrupted;
  }
}

/** After coming back, the length of the session matters, not the time it was watched. */
export function lifetime({ createdAt, updatedAt }: SessionAnswer): number {
  return (Date.parse(updatedAt) - Date.parse(createdAt)) / 1000;
}
