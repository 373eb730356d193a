import type { TrainPlan } from '../plan.ts';
import { paidCalls } from '../tally.ts';
import { type Scene, taken } from './scene.ts';
import { noTrackTooOften } from './tracks.ts';

/** What holds of a training beyond what holds of everything. */
export function ofTraining(scene: Scene<TrainPlan>): string[] {
  return [
    ...approvedFirst(scene),
    ...noTrackTooOften(scene),
    ...noClipMissing(scene),
    ...modelIsThere(scene),
  ];
}

function approvedFirst({ world, plan, tally }: Scene<TrainPlan>): string[] {
  const early = plan.review && tally.approvals === 0 && paidCalls(world).length > 0;
  return early ? ['create was called before it was approved'] : [];
}

function noClipMissing({ world, tracks }: Scene): string[] {
  const last = taken(paidCalls(world)).at(-1);
  if (!last) return [];
  const missing = tracks.filter(
    ({ status, clipId }) => status === 'done' && !(clipId !== undefined && last.clipIds?.includes(clipId)),
  );
  return missing.map(({ trackId }) => `the clip of track ${trackId} is done but not in the create`);
}

function modelIsThere({ session: { status, modelId }, atProvider }: Scene): string[] {
  const models = atProvider?.trainings.flatMap(({ resultId }) => resultId ?? []) ?? [];
  const broken: string[] = [];
  if ((status === 'ready') !== (modelId !== undefined)) {
    broken.push(`the session is ${status} with the model ${modelId}`);
  }
  if (modelId !== undefined && !models.includes(modelId)) broken.push(`the provider has no model ${modelId}`);
  return broken;
}
