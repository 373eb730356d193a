import { withNews } from '../../domain/journal.ts';
import type { AudioSource, Track } from '../../domain/session.ts';
import { throttleSession } from '../../domain/throttle-session.ts';
import { trackFailed } from '../../domain/track-changes.ts';
import { isPermanentRejection } from '../../provider/permanent-failures.ts';
import type { Deps } from '../../runtime/spec.ts';
import { ChirpsmithError } from '../../shared/errors.ts';
import { inProviderSeconds, withChecks } from '../../shared/schedule.ts';
import { mostEmptySuccesses, type UploadState } from '../../shared/state-contracts.ts';
import { asked, checkMoments, failureOf, positionAtCheck, untilNextCheck } from '../polling.ts';
import { stopRun } from '../stop-run.ts';
import type { state } from './state.ts';

export type CheckUploadDeps = Deps<typeof state>;

/**
 * `Check upload`: asks for the status of the track's task and decides what the graph does next. A check that fails is
 * not a failed task: it moves the next check. The schedule's deadline ends the loop.
 */
export async function checkUpload(state: UploadState, deps: CheckUploadDeps): Promise<UploadState> {
  const { store, provider, now } = deps;
  const { upload: schedule } = deps.settings.schedules;
  const position = positionAtCheck(state);
  const { waited, total, at } = position;

  const track = await store.requireTrack(state.sessionId, state.trackId);
  if (track.status === 'done') return at('done');
  if (track.status !== 'declared' && track.status !== 'submitting' && track.status !== 'submitted') {
    return at('failed');
  }

  let checkedAt = state.checkedAt ?? [];
  const pastDeadline = async (words: string, checks: number) => {
    const calls = track.calls + checks;
    const failed = trackFailed('DeadlineExceeded', words, now(), { calls });
    const journal = withNews(track.journal, { checks: checkedAt });
    await store.updateTrack(track, { ...failed, journal });
    return at('failed', 0, 0);
  };

  if (track.status !== 'submitted' || track.taskId === undefined) {
    if (total < schedule.deadline) return at('again');
    return pastDeadline(
      `The provider did not take the track within ${inProviderSeconds(total, deps.settings)}.`,
      state.checks,
    );
  }

  const checks = state.checks + 1;
  const calls = track.calls + checks;
  const { answer, trouble, last } = await asked(provider.status(track.taskId, 'upload'));
  checkedAt = checkMoments(state, track.submittedAt, now());
  const ended = (result: 'done' | 'failed', words?: string) =>
    withNews(track.journal, {
      end: { at: now(), result, ...(words && { words }) },
      checks: checkedAt,
      ...(answer?.provider && { provider: answer.provider }),
    });

  if (answer?.phase === 'succeeded' && answer.clipId !== undefined) {
    const [seen] = position.seen(answer.tookSeconds, deps.settings);
    const done = {
      status: 'done',
      clipId: answer.clipId,
      finishedAt: now(),
      ...(typeof seen === 'number' ? { providerSeconds: seen } : { endedBetween: seen }),
      calls,
      failure: undefined,
      journal: ended('done'),
    } as const;
    await store.updateTrack(track, done);
    return at('done', 0, 0);
  }

  const emptySuccesses = position.emptySuccesses(answer);
  if (emptySuccesses >= mostEmptySuccesses) {
    const words = `The provider calls the upload "${answer?.status}", but its answer holds no id of a clip.`;
    const failed = trackFailed('ProviderContradiction', words, now(), { calls });
    await store.updateTrack(track, { ...failed, journal: ended('failed', words) });
    return at('failed', 0, 0);
  }

  const reason = failureOf(answer, 'upload');
  if (reason !== undefined) {
    const mayBeTheWay =
      !('url' in track.source) &&
      (await isWayInDoubt(
        track,
        track.source,
        { said: reason, calls, journal: ended('failed', reason) },
        deps,
      ));
    const permanent = !mayBeTheWay && isPermanentRejection(reason, answer?.failCode);
    const failed = {
      ...trackFailed('ProviderRefused', reason, now(), { permanent, calls }),
      ...(mayBeTheWay ? ofNoAttempt(track) : {}),
      journal: ended('failed', reason),
    };
    if (permanent || track.attempts >= track.attemptsAllowed || total >= schedule.deadline) {
      await store.updateTrack(track, failed);
      return at('failed', 0, 0);
    }
    // Keeps the provider's reason, in case no later attempt succeeds.
    const again = { ...failed, status: 'declared', taskId: undefined, finishedAt: undefined } as const;
    await store.updateTrack(track, again);
    return at('again', 0, 0);
  }

  if (total >= schedule.deadline) {
    const time = inProviderSeconds(total, deps.settings);
    return pastDeadline(`The provider was not done with the track after ${time} (${last}).`, checks);
  }

  let { pace = 1 } = state;
  if (trouble?.name === 'ProviderThrottled') pace = await throttleSession(store, state.sessionId, pace);
  const { checkTimes, pace: latest } = await store.requireSession(state.sessionId);
  pace = Math.max(pace, latest);
  const wait = untilNextCheck(withChecks(schedule, checkTimes?.upload), waited, trouble, pace);
  return { ...at('waiting', wait, checks), checkedAt, pace, emptySuccesses };
}

/**
 * What the provider could not use may be no fault of the file: does the way bring its bytes now? If not, the run ends,
 * and the file is sent again by the next one.
 * @returns whether the way was broken after the track was sent, and works again: then nobody knows what the provider got;
 *   or whether the provider has fetched nothing through it, so that something else has answered in its place
 * @throws ChirpsmithError AudioUnreachable
 */
async function isWayInDoubt(
  track: Track,
  source: AudioSource,
  { said, ...seen }: Pick<Track, 'calls' | 'journal'> & { readonly said: string },
  { audioWay, store, now }: CheckUploadDeps,
): Promise<boolean> {
  const { sessionId, file, sha256, submittedAt } = track;
  let fetched: boolean | undefined;
  try {
    ({ fetched } = await audioWay.look({ ...source, sessionId, file, sha256 }));
  } catch (error) {
    if (!(error instanceof ChirpsmithError) || error.name !== 'AudioUnreachable') throw error;
    const reason = `The provider said of "${file}": ${said} ${error.message}`;
    const failed = { ...trackFailed(error.name, reason, now()), ...seen, ...ofNoAttempt(track) };
    const again = { ...failed, status: 'declared', taskId: undefined, finishedAt: undefined } as const;
    await store.updateTrack(track, again);
    throw await stopRun(await store.requireSession(sessionId), error.name, reason, { store, now });
  }
  if (fetched === false) return true;
  const { stopped } = await store.requireSession(sessionId);
  return stopped?.error === 'AudioUnreachable' && submittedAt !== undefined && submittedAt <= stopped.at;
}

/** Paid, but perhaps by no fault of the file: it takes none of the file's attempts. */
const ofNoAttempt = ({ attemptsBefore }: Track) => ({ attemptsBefore: attemptsBefore + 1 });
