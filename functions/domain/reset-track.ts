import type { Settings } from '../shared/settings.ts';
import type { Track } from './session.ts';
import type { SessionStore } from './session-records.ts';

/**
 * A new run gives every unfinished track new attempts, except one that was refused for good. A task that was
 * still running when its deadline passed is looked at again, not submitted again. The attempts of one file are bounded
 * over all runs, because each may cost: after them another file is needed.
 */
export async function resetTrack(
  track: Track,
  run: number,
  { store, settings }: { readonly store: Pick<SessionStore, 'updateTrack'>; readonly settings: Settings },
): Promise<Track> {
  if (track.run >= run || track.status === 'done' || track.failure?.permanent) return track;
  const stillRunning = track.failure?.error === 'DeadlineExceeded' && track.taskId !== undefined;
  const status = track.status !== 'failed' ? track.status : stillRunning ? 'submitted' : 'declared';
  const { uploadAttempts, attemptsInAll } = settings.limits;
  const most = track.attemptsBefore + attemptsInAll;
  if (status === 'declared' && track.failure && track.attempts >= most) {
    const reason = `${track.failure.reason} It was sent ${attemptsInAll} times: put another file in its place.`;
    return store.updateTrack(track, {
      run,
      status: 'failed',
      failure: { ...track.failure, reason, permanent: true },
    });
  }
  return store.updateTrack(track, {
    status,
    run,
    attemptsAllowed: Math.min(track.attempts + uploadAttempts, most),
    lostAnswers: 0,
    ...(status === 'declared' ? { taskId: undefined, finishedAt: undefined } : {}),
  });
}
