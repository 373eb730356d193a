import type { Track } from '../../functions/domain/session.ts';
import type { World } from '../harness/world.ts';
import type { TrainPlan } from '../plan.ts';
import { paidCalls } from '../tally.ts';
import { type Snapshot, taken } from './snapshot.ts';
import { noTrackTooOften } from './tracks.ts';

/** What holds of a training beyond what holds of everything. */
export function ofTraining(snapshot: Snapshot<TrainPlan>): string[] {
  return [
    ...approvedFirst(snapshot),
    ...noTrackTooOften(snapshot),
    ...noClipMissing(snapshot),
    ...noTrackLeftOut(snapshot),
    ...modelIsThere(snapshot),
  ];
}

function approvedFirst({ world, plan, tally }: Snapshot<TrainPlan>): string[] {
  const early = plan.review && tally.approvals === 0 && paidCalls(world).length > 0;
  return early ? ['create was called before it was approved'] : [];
}

function noClipMissing({ world, tracks }: Snapshot): string[] {
  const last = taken(paidCalls(world)).at(-1);
  if (!last) return [];
  const missing = tracks.filter(
    ({ status, clipId }) => status === 'done' && !(clipId !== undefined && last.clipIds?.includes(clipId)),
  );
  return missing.map(({ trackId }) => `the clip of track ${trackId} is done but not in the create`);
}

/**
 * Who gives a number of tracks gets a model of all of them: fewer only where the session says so, and without those
 * that the provider refuses for good.
 */
function noTrackLeftOut({ world, plan }: Snapshot<TrainPlan>): string[] {
  const allowed = plan.skipInvalid || plan.minClips !== undefined;
  return paidCalls(world).flatMap(({ clipIds = [], tracks = [] }) => {
    if (clipIds.length < (plan.minClips ?? 0)) return [`create was called with ${clipIds.length} clips`];
    if (allowed) return [];
    const left = tracks.filter((it) => !isIn(it, clipIds) && !isRefused(world, it));
    return left.map(
      ({ trackId, status }) => `create was called without track ${trackId}, which is ${status}`,
    );
  });
}

const isIn = ({ status, clipId }: Track, clipIds: readonly string[]) =>
  status === 'duplicate' || (clipId !== undefined && clipIds.includes(clipId));

const isRefused = ({ bucket }: World, { source }: Track) =>
  'key' in source && bucket.versions(source.key).some(({ content }) => content === 'refused');

function modelIsThere({ session: { status, modelId }, atProvider }: Snapshot): string[] {
  const models = atProvider?.trainings.flatMap(({ resultId }) => resultId ?? []) ?? [];
  const broken: string[] = [];
  if ((status === 'ready') !== (modelId !== undefined)) {
    broken.push(`the session is ${status} with the model ${modelId}`);
  }
  if (modelId !== undefined && !models.includes(modelId)) broken.push(`the provider has no model ${modelId}`);
  return broken;
}
