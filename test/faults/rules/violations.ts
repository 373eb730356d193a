import * as z from 'zod';
import { creditsSpent } from '../../functions/sessions/credits.ts';
import { isInDoubt, type Session, type Track } from '../../functions/sessions/session.ts';
import type { Plan } from './plan.ts';
import { trainModelMachine } from './rig/machine.ts';
import type { Person } from './rig/person.ts';
import type { CallFact } from './rig/provider.ts';
import type { World } from './rig/world.ts';
import type { Tally } from './tally.ts';

/** Events after which Step Functions ends an execution (documented). */
const historyQuota = 25_000;

const providerState = z.object({
  sessions: z.array(
    z.object({
      sessionId: z.string(),
      uploads: z.array(z.object({ taskId: z.string(), status: z.string() })),
      trainings: z.array(z.object({ resultId: z.string().optional() })),
    }),
  ),
});

interface Scene {
  readonly world: World;
  readonly session: Session;
  readonly tracks: readonly Track[];
  readonly plan: Plan;
  readonly tally: Tally;
  /** The session as the provider has it. */
  readonly provider: z.infer<typeof providerState>['sessions'][number] | undefined;
}

/**
 * The rules that hold whatever breaks, held against the provider's ledger and not against our own record: each
 * that was broken, in words.
 */
export async function violations(world: World, person: Person, plan: Plan, tally: Tally): Promise<string[]> {
  const { session, tracks } = await world.records.require(person.sessionId);
  const answer = await fetch(`${world.sandbox.url}/_sandbox/state`);
  const { sessions } = providerState.parse(await answer.json());
  const provider = sessions.find(({ sessionId }) => sessionId === session.providerSessionId);
  const scene = { world, session, tracks, plan, tally, provider };
  return [
    ...createIsPaidOnce(scene),
    ...noTrackTooOften(scene),
    ...noClipMissing(scene),
    ...recordAndLedgerAgree(scene),
    ...(await everyRunEnds(scene)),
    ...statusTellsTheTruth(scene),
    ...tally.wrongAnswers,
  ];
}

const creates = (world: World): CallFact[] => world.calls.filter(({ call }) => call === 'create');
const taken = (calls: readonly CallFact[]) => calls.filter(({ entry }) => entry?.taken);

function createIsPaidOnce({ world, plan, tally }: Scene): string[] {
  const all = creates(world);
  const charged = all.reduce((sum, { entry }) => sum + (entry?.credits ?? 0), 0);
  const allowed = 100 * (1 + tally.words);
  const broken: string[] = [];
  if (charged > allowed) broken.push(`create cost ${charged} credits; ${allowed} were approved`);
  if (plan.review && tally.approvals === 0 && all.length > 0)
    broken.push('create was called before it was approved');
  if (tally.createsAtCancel !== undefined && all.length > tally.createsAtCancel) {
    broken.push('create was called after the session had been cancelled');
  }
  return broken;
}

function noTrackTooOften({ world, tracks, tally, session, provider }: Scene): string[] {
  const most = world.settings.limits.uploadAttempts * session.runs;
  const failed = new Set(
    provider?.uploads.flatMap(({ taskId, status }) =>
      status === 'failed' || status === 'timeout' ? [taskId] : [],
    ),
  );
  return tracks.flatMap(({ trackId }) => {
    const uploads = taken(world.calls.filter((it) => it.call === 'upload' && it.trackId === trackId));
    if (uploads.length > most) {
      return [`track ${trackId} was submitted ${uploads.length} times in ${session.runs} runs of 3`];
    }
    // Each file makes one clip; beyond that something must have happened to the track.
    const clips = uploads.filter(({ entry }) => !failed.has(entry?.taskId ?? ''));
    const versions = new Set(clips.map(({ audio }) => audio)).size;
    const explained = versions + (tally.reasons.get(trackId) ?? 0) + tally.general;
    if (clips.length > explained) {
      return [`track ${trackId} was made a clip of ${clips.length} times for ${explained} reasons`];
    }
    return [];
  });
}

function noClipMissing({ world, tracks }: Scene): string[] {
  const last = taken(creates(world)).at(-1);
  if (!last) return [];
  const missing = tracks.filter(
    ({ status, clipId }) => status === 'done' && !(clipId !== undefined && last.clipIds?.includes(clipId)),
  );
  return missing.map(({ trackId }) => `the clip of track ${trackId} is done but not in the create`);
}

/** Faults after which nobody can know that a call was not taken. */
const leaveOpen = new Set(['reset-before', 'timeout-before', 'status', 'body']);

function recordAndLedgerAgree({ world, session, tracks, tally }: Scene): string[] {
  const { prices } = world.settings;
  const record = creditsSpent({ session, tracks }, prices);
  const ledger = world.sandbox.ledger().reduce((sum, { credits }) => sum + credits, 0);
  const unknown = (call: string, state: string) =>
    world.calls.filter((it) => it.call === call && !it.entry?.taken && leaveOpen.has(it.fault ?? '')).length +
    (tally.disturbed.get(state) ?? 0);
  const slack =
    unknown('upload', 'Submit upload') * prices.upload + unknown('create', 'Create model') * prices.create;
  if (record < ledger) return [`the record says ${record} credits, the provider took ${ledger}`];
  if (record > ledger + slack) {
    return [
      `the record says ${record} credits, the provider took ${ledger}, and only ${slack} can be in doubt`,
    ];
  }
  return [];
}

async function everyRunEnds({ world, session }: Scene): Promise<string[]> {
  const { definition } = await trainModelMachine();
  const deadline = Number('TimeoutSeconds' in definition ? definition.TimeoutSeconds : 0);
  const runs = await world.history();
  const broken = runs.flatMap(({ name, status, seconds, events }) => [
    ...(['SUCCEEDED', 'FAILED', 'ABORTED'].includes(status) ? [] : [`run ${name} is ${status}`]),
    ...(seconds <= deadline ? [] : [`run ${name} took ${seconds} s`]),
    ...(events < historyQuota ? [] : [`run ${name} has ${events} events`]),
  ]);
  if (runs.length > session.runs) broken.push(`${runs.length} executions for ${session.runs} runs`);
  return broken;
}

function statusTellsTheTruth({ session, provider }: Scene): string[] {
  const models = provider?.trainings.flatMap(({ resultId }) => resultId ?? []) ?? [];
  const { status, modelId } = session;
  const broken: string[] = [];
  if ((status === 'ready') !== (modelId !== undefined)) {
    broken.push(`the session is ${status} with the model ${modelId}`);
  }
  if (modelId !== undefined && !models.includes(modelId)) broken.push(`the provider has no model ${modelId}`);
  if (status === 'needs-decision' && !isInDoubt(session)) {
    broken.push(`a decision is asked for while create is ${session.create.fence}`);
  }
  if (status === 'failed' && isInDoubt(session))
    broken.push('the session has failed while create is in doubt');
  return broken;
}
