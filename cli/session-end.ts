import type { SessionAnswer } from '../functions/api/contract.ts';
import { comeBack, goOn } from './display/words.ts';
import type { CliEvent, Next } from './events.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { trackResults } from './session-changes.ts';
import type { Ending } from './watch-session.ts';

/** How the end of a session, or of our watching, is told, and the exit code that goes with it. */
export function endOf(
  ending: Ending,
  sessionId: string,
  seconds: number,
): { event: CliEvent; code: ExitCode } {
  if (ending.why === 'deadline') {
    return {
      event: {
        event: 'session.deadline',
        sessionId,
        next: { words: 'To come back to it:', command: comeBack(sessionId) },
      },
      code: exitCodes.deadline,
    };
  }
  if (ending.why === 'lost') {
    return {
      event: {
        event: 'session.lost',
        sessionId,
        reason: ending.reason,
        next: { words: 'Files and session are kept. To see how it stands:', command: comeBack(sessionId) },
      },
      code: exitCodes.failed,
    };
  }
  return endOfSession(ending.session, seconds);
}

function endOfSession(session: SessionAnswer, seconds: number): { event: CliEvent; code: ExitCode } {
  const { sessionId, name, creditsSpent, providerCalls, modelId, failure } = session;
  const about = {
    sessionId,
    ...(modelId === undefined ? {} : { modelId }),
    name,
    creditsSpent,
    providerCalls,
    seconds: Math.round(seconds * 10) / 10,
    tracks: trackResults(session),
  };
  const again = { words: 'To go on with it, keeping finished tracks:', command: goOn(sessionId) };
  const failed = {
    ...about,
    error: failure?.error ?? 'Unexpected',
    reason: failure?.reason ?? 'No reason was recorded.',
  };
  switch (session.status) {
    case 'ready':
      return modelId === undefined
        ? {
            event: {
              event: 'session.failed',
              ...failed,
              reason: 'It is ready, but without a model.',
              next: again,
            },
            code: exitCodes.failed,
          }
        : { event: { event: 'session.ready', ...about, modelId }, code: exitCodes.done };
    case 'needs-decision':
      return {
        event: {
          event: 'session.needs-decision',
          ...failed,
          next: {
            words: 'Look at the provider whether the model is there. To ask it once more, without paying:',
            command: goOn(sessionId),
          },
        },
        code: exitCodes.needsDecision,
      };
    case 'interrupted':
      return { event: { event: 'session.interrupted', ...about, next: again }, code: exitCodes.failed };
    case 'open':
      return {
        event: {
          event: 'session.open',
          sessionId,
          next: { words: 'To start it:', command: goOn(sessionId) },
        },
        code: exitCodes.failed,
      };
    default:
      return {
        event: { event: 'session.failed', ...failed, next: nextAfter(failed.error, again) },
        code: codeOf(failed.error),
      };
  }
}

/** Bad input is bad input whoever found it; a deadline of the machine is one as well. */
function codeOf(error: NonNullable<SessionAnswer['failure']>['error']): ExitCode {
  if (error === 'BadInput' || error === 'AudioRejected') return exitCodes.badInput;
  if (error === 'NeedsDecision') return exitCodes.needsDecision;
  if (error === 'DeadlineExceeded') return exitCodes.deadline;
  return exitCodes.failed;
}

function nextAfter(error: NonNullable<SessionAnswer['failure']>['error'], again: Next): Next {
  if (error === 'BadInput' || error === 'AudioRejected') {
    return { words: 'Mend or leave out what is named, and run the command again.' };
  }
  if (error === 'NotEnoughClips') {
    return { words: 'No model was paid for. Train again with more or other files.' };
  }
  return again;
}
