import type { BatchPlan, TrainPlan } from '../plan.ts';
import { type Snapshot, taken } from './snapshot.ts';

const handOver = { 'train-model': 'upload', 'upload-batch': 'addToBatch' } as const;

/** The submissions of a track that the provider took, first to last. */
export const submissionsOf = ({ world, plan }: Snapshot<TrainPlan | BatchPlan>, trackId: string) =>
  taken(world.calls.filter((it) => it.call === handOver[plan.machine] && it.trackId === trackId));

/** What happened to a track that may have it sent again. */
export function reasonsOf({ tally, world }: Pick<Snapshot, 'tally' | 'world'>, trackId: string): number {
  // Of two tracks that were given the same clip neither has it.
  const givenTwice = world.calls.filter(({ fault }) => fault === 'seen-before').length;
  return (tally.reasons.get(trackId) ?? 0) + tally.general + givenTwice;
}

/** No track is submitted more often than it may be, or made a clip of twice without a reason. */
export function noTrackTooOften(snapshot: Snapshot<TrainPlan | BatchPlan>): string[] {
  const { world, tracks, session, provider } = snapshot;
  const most = world.settings.limits.uploadAttempts * session.runs;
  const failed = new Set(
    provider.sessions
      .flatMap(({ uploads }) => uploads)
      .flatMap(({ taskId, status }) => (status === 'failed' || status === 'timeout' ? [taskId] : [])),
  );
  return tracks.flatMap(({ trackId }) => {
    const uploads = submissionsOf(snapshot, trackId);
    if (uploads.length > most) {
      return [`track ${trackId} was submitted ${uploads.length} times in ${session.runs} runs of 3`];
    }
    // Each file makes one clip; beyond that something must have happened to the track.
    const clips = uploads.filter(({ entry }) => !failed.has(entry?.taskId ?? ''));
    const versions = new Set(clips.map(({ audio }) => audio)).size;
    const explained = versions + reasonsOf(snapshot, trackId);
    if (clips.length <= explained) return [];
    return [`track ${trackId} was made a clip of ${clips.length} times for ${explained} reasons`];
  });
}
