import { type CallNews, notTakenBy, withCall, withNews } from '../../domain/journal.ts';
import type { AudioSource, Track } from '../../domain/session.ts';
import { throttleSession } from '../../domain/throttle-session.ts';
import { trackFailed } from '../../domain/track-changes.ts';
import { isPermanentRejection } from '../../provider/permanent-failures.ts';
import { ProviderError } from '../../provider/provider.ts';
import type { Deps } from '../../runtime/spec.ts';
import { spreadFirstCheck, throttledDelay } from '../../shared/backoff.ts';
import { ChirpsmithError } from '../../shared/errors.ts';
import { backoffDelay, firstWait, withChecks } from '../../shared/schedule.ts';
import type { SubmitUploadState, UploadState } from '../../shared/state-contracts.ts';
import { positionAfterCall, requireRunning } from '../polling.ts';
import { stopRun } from '../stop-run.ts';
import type { state } from './state.ts';

export type SubmitUploadDeps = Deps<typeof state>;

/** Answers lost per track and run that are repeated: uploads are cheap, so one (the design's rule 4). */
const repeatsAfterLostAnswer = 1;

/**
 * `Submit upload`: hands one track to the provider, with a URL signed at this very moment.
 * A failure of one track is data: it goes into the record, not into an exception. A failure of the account ends
 * the run: the track waits for a resume.
 * @throws ChirpsmithError ProviderAuth, CreditsExhausted; AudioUnreachable; NotPossible when the session was stopped
 *   meanwhile
 */
export async function submitUpload(state: SubmitUploadState, deps: SubmitUploadDeps): Promise<UploadState> {
  const { store, provider, downloads, settings, now } = deps;
  const { sessionId, trackId, refusals = 0 } = state;
  let { pace = 1 } = state;
  const position = positionAfterCall({ sessionId, trackId }, state);
  const at = (...now: Parameters<typeof position>) => ({ ...position(...now), pace });

  let track = await store.requireTrack(sessionId, trackId);
  if (track.status === 'done') return at('done', 0);
  if (track.status !== 'declared' && track.status !== 'submitting' && track.status !== 'submitted') {
    return at('failed', 0);
  }
  // A task that is under way already, from before a resume or a repeated step: checked at once.
  if (track.status === 'submitted') return at('waiting', 0);

  const giveUp = async (changes: Partial<Track>) => {
    await store.updateTrack(track, changes);
    return at('failed', 0);
  };
  const news = (said: CallNews) => withNews(track.journal, { answeredAt: now(), ...said });
  const answersLost = async (what = 'the step was cut off') => {
    const lostAnswers = track.lostAnswers + 1;
    const journal = news({ answer: 'lost', words: what });
    if (lostAnswers > repeatsAfterLostAnswer) {
      const reason = `The answer to the upload was lost more than once, at last so: ${what}. The provider may have the track or not.`;
      const failed = trackFailed('ProviderAnswerLost', reason, now());
      await store.updateTrack(track, { ...failed, lostAnswers, journal });
      return true;
    }
    track = await store.updateTrack(track, { status: 'declared', lostAnswers, journal });
    return false;
  };

  // This step died after it had announced the call: whether the call was made is unknown.
  if (track.status === 'submitting' && (await answersLost())) return at('failed', 0);
  if (track.attempts >= track.attemptsAllowed) {
    const last = track.failure?.reason;
    return giveUp(
      trackFailed('ProviderRefused', last ?? 'All attempts to upload this track are used.', now()),
    );
  }

  const session = await store.requireSession(sessionId);
  requireRunning(session, 'nothing is sent');
  // The same would be refused again for every other file.
  if (session.stopped?.run === session.runs) {
    throw new ChirpsmithError(session.stopped.error, session.stopped.reason);
  }
  const { providerSessionId } = session;
  pace = Math.max(pace, session.pace);
  if (providerSessionId === undefined) {
    throw new ChirpsmithError('Unexpected', `Session ${sessionId} has no provider session yet.`);
  }
  // The provider would fail on a URL that leads nowhere, and take its credit for the attempt.
  const source = 'url' in track.source ? track.source : await deps.find(track.source, track);
  if (source === undefined) {
    const reason = 'The file is gone from the bucket. Upload it again, then resume the session.';
    return giveUp({ status: 'rejected', failure: { error: 'AudioRejected', reason, at: now() } });
  }
  const { file, sha256 } = track;
  const link = (object: AudioSource) =>
    downloads.get({ ...object, sessionId, file, sha256 }).catch(async (error: unknown) => {
      const isBroken = error instanceof ChirpsmithError && error.name === 'AudioUnreachable';
      throw isBroken ? await stopRun(session, error.name, error.message, deps) : error;
    });
  const audioUrl = 'url' in source ? source.url : await link(source);
  if (typeof audioUrl !== 'string') {
    // Nothing was sent, so no attempt is counted; the wait is the one after a call that was not taken.
    const wait = backoffDelay(refusals + 1);
    if ((state.total ?? 0) + wait < settings.schedules.upload.deadline)
      return at('waiting', wait, refusals + 1);
    const share = `${audioUrl.sent} of ${audioUrl.size} bytes`;
    const reason = `The file was not copied, or read back, in time for the provider to fetch it: ${share}. Resume the session to go on.`;
    return giveUp(trackFailed('DeadlineExceeded', reason, now()));
  }
  const doubts = track.attemptsInDoubt ?? 0;
  track = await store.updateTrack(track, {
    status: 'submitting',
    source,
    attempts: track.attempts + 1,
    attemptsInDoubt: doubts + 1,
    calls: track.calls + 1,
    journal: withCall(track.journal, { call: 'upload', at: now() }),
  });

  /** Of a call that was surely not taken. */
  const takenBack = { attempts: track.attempts - 1, attemptsInDoubt: doubts };
  let taskId: string;
  try {
    const handOver = session.kind === 'batch' ? provider.addToBatch : provider.upload;
    ({ taskId } = await handOver({ sessionId: providerSessionId, audioUrl }));
  } catch (error) {
    if (!(error instanceof ProviderError)) {
      // One of ours: the provider's key could not be read, so nothing was sent.
      const notSent = error instanceof ChirpsmithError;
      if (notSent) {
        const journal = news({ answer: 'not-sent', words: error.message });
        await store.updateTrack(track, { ...takenBack, status: 'declared', journal });
      }
      throw error;
    }
    if (error.taken === 'unknown') {
      return (await answersLost(error.message))
        ? at('failed', 0)
        : at('waiting', backoffDelay(1, error.retryAfter));
    }
    const reason = error.reason ?? error.message;
    const journal = news({ answer: notTakenBy(error), words: reason });
    const notTaken = { ...takenBack, journal, status: 'declared' } as const;
    if (error.name === 'ProviderThrottled') {
      await store.updateTrack(track, notTaken);
      pace = await throttleSession(store, sessionId, pace);
      const { retryAfter } = error;
      const wait = throttledDelay(refusals + 1, { retryAfter, pace, random: deps.random() });
      return at('waiting', wait, refusals + 1);
    }
    if (error.name === 'ProviderUnreachable') {
      await store.updateTrack(track, notTaken);
      return at('waiting', backoffDelay(refusals + 1, error.retryAfter), refusals + 1);
    }
    if (error.name === 'ProviderAuth' || error.name === 'CreditsExhausted') {
      await store.updateTrack(track, notTaken);
      throw await stopRun(
        session,
        error.name,
        `The provider refused an upload because of the account: ${reason}`,
        deps,
      );
    }
    const failed = trackFailed(error.name, reason, now(), { permanent: isPermanentRejection(reason) });
    return giveUp({ ...notTaken, ...failed });
  }
  // Not within the try: when this cannot be written, the track was taken all the same.
  const submitted = { status: 'submitted', taskId, submittedAt: now(), failure: undefined } as const;
  await store.updateTrack(track, {
    ...submitted,
    attemptsInDoubt: doubts,
    journal: news({ answer: 'taken' }),
  });
  const schedule = withChecks(settings.schedules.upload, session.checkTimes?.upload);
  const wait = firstWait(schedule, deps.random());
  return at('waiting', spreadFirstCheck(wait, { pace, random: deps.random() }));
}
