import { slowDown } from '../../domain/throttle-session.ts';
import { trackFailed } from '../../domain/track-changes.ts';
import { isPermanentRejection } from '../../provider/permanent-failures.ts';
import { ProviderError, type TaskStatus } from '../../provider/provider.ts';
import type { Deps } from '../../runtime/spec.ts';
import { nextWait, toldSeconds } from '../../shared/schedule.ts';
import { hollowChecks, type UploadState } from '../../shared/state-contracts.ts';
import type { state } from './state.ts';

export type CheckUploadDeps = Deps<typeof state>;

/**
 * `Check upload`: asks how the track's task stands and says what the graph does next. A check that fails is
 * not a failed task: it moves the next check. Still running is data, bounded by the schedule's deadline.
 */
export async function checkUpload(state: UploadState, deps: CheckUploadDeps): Promise<UploadState> {
  const { store, provider, now } = deps;
  const schedule = deps.settings.schedules.upload;
  const waited = state.waited + state.wait;
  const total = state.total + state.wait;
  const at = (verdict: UploadState['verdict'], wait = 0, checks = state.checks): UploadState => {
    return { ...state, verdict, wait, waited, total, checks };
  };

  const track = await store.requireTrack(state.sessionId, state.trackId);
  if (track.status === 'done') return at('done');
  if (track.status !== 'declared' && track.status !== 'submitting' && track.status !== 'submitted') {
    return at('failed');
  }

  const pastDeadline = async (words: string, checks: number) => {
    const calls = track.calls + checks;
    await store.updateTrack(track, trackFailed('DeadlineExceeded', words, now(), { calls }));
    return at('failed', 0, 0);
  };

  if (track.status !== 'submitted' || track.taskId === undefined) {
    if (total < schedule.deadline) return at('again');
    return pastDeadline(
      `The provider did not take the track within ${toldSeconds(total, deps.settings)}.`,
      state.checks,
    );
  }

  const checks = state.checks + 1;
  const calls = track.calls + checks;
  let answer: TaskStatus | undefined;
  let trouble: ProviderError | undefined;
  try {
    answer = await provider.status(track.taskId);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    trouble = error;
  }

  if (answer?.phase === 'succeeded' && answer.clipId !== undefined) {
    const done = {
      status: 'done',
      clipId: answer.clipId,
      finishedAt: now(),
      calls,
      failure: undefined,
    } as const;
    await store.updateTrack(track, done);
    return at('done', 0, 0);
  }

  const hollow = (state.hollow ?? 0) + (answer?.phase === 'succeeded' ? 1 : 0);
  if (hollow >= hollowChecks) {
    const words = `The provider calls the upload "${answer?.status}", but its answer holds no id of a clip.`;
    await store.updateTrack(track, trackFailed('ProviderContradiction', words, now(), { calls }));
    return at('failed', 0, 0);
  }

  if (answer?.phase === 'failed' || answer?.phase === 'timed-out') {
    const reason =
      answer.failReason ?? `The provider ended the upload as "${answer.status}" and gave no reason.`;
    const permanent = isPermanentRejection(reason, answer.failCode);
    const failed = trackFailed('ProviderRefused', reason, now(), { permanent, calls });
    if (permanent || track.attempts >= track.attemptsAllowed || total >= schedule.deadline) {
      await store.updateTrack(track, failed);
      return at('failed', 0, 0);
    }
    // Back to the start with the provider's words kept, in case no later attempt does better.
    const again = { ...failed, status: 'declared', taskId: undefined, finishedAt: undefined } as const;
    await store.updateTrack(track, again);
    return at('again', 0, 0);
  }

  if (total >= schedule.deadline) {
    const last = trouble?.message ?? `its last word was "${answer?.status}"`;
    return pastDeadline(
      `The provider was not done with the track after ${toldSeconds(total, deps.settings)} (${last}).`,
      checks,
    );
  }

  let { pace = 1 } = state;
  if (trouble?.name === 'ProviderThrottled') pace = await slowDown(store, state.sessionId, pace);
  const wait = Math.max(nextWait(schedule, waited) * pace, trouble?.retryAfter ?? 0);
  return { ...at('waiting', Math.ceil(wait), checks), pace, hollow };
}
