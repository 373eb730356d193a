import type { SessionAnswer } from '../functions/api/contract/session.ts';
import { shellQuote } from '../packages/terminal/shell-quote.ts';
import { trackResults } from './diff-sessions.ts';
import type { CliEvent, EndOfSession, FileResult } from './events.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { type Belongs, leadingToProvider, type Next } from './next.ts';
import { nextSteps } from './next-steps.ts';
import { comeBack } from './output/format.ts';
import { differencesOf } from './output/list-differences.ts';
import type { Ending } from './watch-session.ts';

/** The event for the end of a session, or of watching it, and the exit code. */
export function endOf(
  ending: Ending,
  session: Belongs & Pick<SessionAnswer, 'sessionId'>,
  seconds: number,
): { event: CliEvent; code: ExitCode } {
  const { sessionId } = session;
  const back = (words: string) => leadingToProvider(session, [{ words, command: comeBack(sessionId) }]);
  if (ending.why === 'deadline') {
    const next = back('To come back to it:');
    return { event: { event: 'session.deadline', sessionId, next }, code: exitCodes.deadline };
  }
  if (ending.why === 'lost') {
    const { reason } = ending;
    const next = back('Files and session are kept. To see its state:');
    return { event: { event: 'session.lost', sessionId, reason, next }, code: exitCodes.failed };
  }
  return endOfSession(ending.session, seconds);
}

/** The event for a session at rest, and the exit code of a command that wanted its model. */
export function endOfSession(session: SessionAnswer, seconds: number): { event: CliEvent; code: ExitCode } {
  const { sessionId, name, creditsSpent, creditsToCome, providerCalls, modelId, failure } = session;
  const next = nextSteps(session);
  const about = {
    sessionId,
    name,
    creditsSpent,
    creditsToCome,
    providerCalls,
    seconds: Math.round(seconds * 10) / 10,
    tracks: trackResults(session),
  };
  const failed = {
    ...about,
    error: failure?.error ?? 'Unexpected',
    reason: failure?.reason ?? 'No reason was recorded.',
    next,
  };
  const { done, needsDecision, incomplete, failed: none } = exitCodes;
  if (session.kind === 'music' && session.status === 'ready') {
    const { music, tracks: _tracks, ...rest } = { ...about, music: session.music };
    const clipIds = music?.clips.map(({ clipId }) => clipId) ?? [];
    const model = music?.modelName ?? music?.model ?? '';
    const { creditsToCome: _none, ...ready } = rest;
    const save = `npx chirpsmith generate --session ${sessionId} --out music`;
    const steps = leadingToProvider(session, [{ words: 'To save its audio:', command: save }]);
    return { event: { event: 'music.ready', ...ready, model, clipIds, clips: [], next: steps }, code: done };
  }
  switch (session.status) {
    case 'ready':
      if (session.kind === 'batch') return endOfBatch(session, about, next);
      if (modelId !== undefined) {
        const { missing } = session;
        const command = `npx chirpsmith generate --model ${shellQuote(modelId)} --prompt "rain at night"`;
        const use = leadingToProvider(session, [{ words: 'To make music with it:', command }]);
        const ready = { event: 'session.ready', ...about, modelId, next: use } as const;
        const event = { ...ready, ...(missing && { missing }) };
        return { event, code: missing ? incomplete : done };
      }
      return {
        event: { event: 'session.failed', ...failed, reason: 'It is ready, but without a model.' },
        code: none,
      };
    case 'review': {
      const clips = session.tracks.filter(({ status }) => status === 'done').length;
      return { event: { event: 'session.review', ...about, clips, next }, code: done };
    }
    case 'needs-decision':
      return { event: { event: 'session.needs-decision', ...failed }, code: needsDecision };
    case 'cancelled': {
      const reason = failure?.reason ?? 'Cancelled.';
      return { event: { event: 'session.cancelled', ...about, reason, next }, code: none };
    }
    case 'deleting':
    case 'abandoned': {
      const deleting = 'Its deletion ended early: some of its files may be left.';
      const reason = session.status === 'deleting' ? deleting : 'Given up for good, by a decision.';
      return { event: { event: 'session.abandoned', ...about, reason, next }, code: none };
    }
    case 'interrupted':
      return { event: { event: 'session.interrupted', ...about, next }, code: none };
    case 'open':
      return { event: { event: 'session.open', sessionId, next }, code: none };
    default:
      return { event: { event: 'session.failed', ...failed }, code: codeOf(failed.error, creditsSpent) };
  }
}

/** Ids in the order of the files; a file without one is what its user did not want. */
function endOfBatch(
  { tracks, batch }: SessionAnswer,
  about: EndOfSession,
  next: readonly Next[],
): { event: CliEvent; code: ExitCode } {
  const files = tracks.map(({ file, clipId, failure }): FileResult => {
    if (clipId !== undefined) return { file, audioId: clipId };
    return { file, reason: failure?.reason ?? 'has no clip' };
  });
  const audioIds = files.flatMap((result) => ('audioId' in result ? [result.audioId] : []));
  const event = {
    event: 'session.uploaded',
    ...about,
    audioIds,
    files,
    differences: batch ? differencesOf(batch.list) : [],
    next,
  } as const;
  return { event, code: audioIds.length === files.length ? exitCodes.done : exitCodes.incomplete };
}

/** Bad input has one exit code no matter which step found it, as long as nothing was spent; a deadline of the machine too. */
function codeOf(error: NonNullable<SessionAnswer['failure']>['error'], creditsSpent: number): ExitCode {
  if (error === 'BadInput' || error === 'AudioRejected' || error === 'AudioUnreachable')
    return creditsSpent === 0 ? exitCodes.badInput : exitCodes.failed;
  if (error === 'NeedsDecision') return exitCodes.needsDecision;
  if (error === 'DeadlineExceeded') return exitCodes.deadline;
  if (error === 'AudioLocked') return exitCodes.incomplete;
  return exitCodes.failed;
}
