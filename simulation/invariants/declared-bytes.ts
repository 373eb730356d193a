import type { Person } from '../harness/person.ts';
import type { BatchPlan, TrainPlan } from '../plan.ts';
import type { Snapshot } from './snapshot.ts';
import { submissionsOf } from './tracks.ts';

/** A clip is made of the bytes that its track is declared with, and no other bytes take their place. */
export function declaredBytesCount(
  snapshot: Snapshot<TrainPlan | BatchPlan>,
  { declared }: Pick<Person, 'declared'>,
): string[] {
  const { tracks, provider } = snapshot;
  const clips = new Map(
    provider.sessions.flatMap(({ uploads }) => uploads.map(({ taskId, resultId }) => [taskId, resultId])),
  );
  return tracks.flatMap(({ trackId, status, clipId, sha256 }) => {
    const wanted = declared.get(trackId);
    if (!wanted) return [];
    const broken: string[] = [];
    if (sha256 !== undefined && !wanted.has(sha256)) {
      broken.push(`track ${trackId} is on record with another SHA-256 than it was declared with`);
    }
    if (status !== 'done') return broken;
    const made = submissionsOf(snapshot, trackId).find(
      ({ entry }) => clipId !== undefined && clips.get(entry?.taskId ?? '') === clipId,
    );
    if (made?.object && !wanted.has(made.object.sha256)) {
      broken.push(`the clip of track ${trackId} was made of other bytes than were declared`);
    }
    return broken;
  });
}
