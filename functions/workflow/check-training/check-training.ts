import { creditsSpent } from '../../domain/credits.ts';
import { isWanted } from '../../domain/required-clips.ts';
import { mayCall, type Session, type Track } from '../../domain/session.ts';
import { ProviderError, type TaskStatus } from '../../provider/provider.ts';
import type { Deps } from '../../runtime/spec.ts';
import { ChirpsmithError, isContradiction } from '../../shared/errors.ts';
import { nextWait, toldSeconds } from '../../shared/schedule.ts';
import { hollowChecks, type TrainingState } from '../../shared/state-contracts.ts';
import { readMachineError } from '../../shared/step-functions-error.ts';
import type { Model } from '../../storage/model-store.ts';
import type { SessionWithTracks } from '../../storage/session-store.ts';
import type { state } from './state.ts';

export type CheckTrainingDeps = Deps<typeof state>;

/**
 * What a session's status proves about a create whose answer was lost. A prepared session is `READY` until
 * create is taken (documented), so only these prove that it was; anything else leaves it open.
 */
const provesTaken = new Set(['queued', 'running', 'stream', 'success', 'failed', 'timeout']);

/** After an earlier create on the same session, a failure may be the earlier one's. */
const provesTakenAgain = new Set(['queued', 'running', 'stream', 'success']);

/**
 * `Check training`: asks how the training stands, or, when the answer to create was lost, whether there is
 * one. The session is ready only when the answer carries an id `chirp-custom:<uuid>`.
 *
 * @throws ChirpsmithError TrainingFailed with the provider's words; ProviderContradiction when the model is another
 *   session's; NeedsDecision when a lost create cannot
 *   be settled; DeadlineExceeded; ProviderThrottled or ProviderUnreachable when create was refused too often
 */
export async function checkTraining(state: TrainingState, deps: CheckTrainingDeps): Promise<TrainingState> {
  const { store } = deps;
  const { schedules, limits } = deps.settings;
  const waited = state.waited + state.wait;
  const total = state.total + state.wait;
  const at = (verdict: TrainingState['verdict'], wait = 0, checks = state.checks): TrainingState => {
    return { ...state, verdict, wait, waited, total, checks };
  };

  let session = await store.requireSession(state.sessionId);
  const { fence } = session.create;
  if (fence === 'ready') return at('done');
  if (mayCall(session)) {
    const nothing = fence === 'none' ? 'nothing was paid' : 'nothing was paid for this call';
    if (state.refusals >= limits.createCalls) {
      // The provider never saw the last of them: what kept it from being made is the reason to tell.
      if (state.lost) {
        const { name, reason } = readMachineError(state.lost);
        throw new ChirpsmithError(name, `Create could not be called, and ${nothing}: ${reason}`);
      }
      throw new ChirpsmithError(
        'ProviderThrottled',
        `${state.refusals} calls to create ended before the provider took them; ${nothing}.`,
      );
    }
    if (total < schedules.training.deadline) return at('again');
    throw new ChirpsmithError(
      'DeadlineExceeded',
      `The provider did not take create within ${toldSeconds(total, deps.settings)}.`,
    );
  }
  if (fence === 'failed') {
    const { error = 'TrainingFailed', reason = 'The training failed.' } = session.failure ?? {};
    throw new ChirpsmithError(error, reason);
  }

  const checks = state.checks + 1;
  const { answer, trouble } = await ask(session, deps);
  const retryAfter = Math.ceil(trouble?.retryAfter ?? 0);
  const inDoubt = fence === 'intent' || fence === 'unknown';
  const countChecks = () =>
    store.updateSession(session, {
      create: { ...session.create, checks: session.create.checks + checks },
    });

  const proofs = session.create.earlier.length > 0 ? provesTakenAgain : provesTaken;
  if (inDoubt && !(answer && proofs.has(answer.status))) {
    if (waited < schedules.settle.deadline) {
      return at('waiting', Math.max(nextWait(schedules.settle, waited), retryAfter), checks);
    }
    const known = answer ? `the provider calls the session "${answer.status}"` : trouble?.message;
    await countChecks();
    const lost = session.create.lost === undefined ? '' : ` (${session.create.lost})`;
    throw new ChirpsmithError(
      'NeedsDecision',
      `The answer to create was lost${lost}, and its status does not settle it (${known}). The 100 credits may have been taken or not; a second create may cost them again.`,
    );
  }
  if (inDoubt) {
    const taken = { ...session.create, fence: 'submitted', taskId: session.providerSessionId } as const;
    session = await store.updateSession(session, { status: 'training', create: taken });
  }

  /** The training has ended, and there is no model. */
  const end = async (error: 'TrainingFailed' | 'ProviderContradiction', reason: string): Promise<never> => {
    const { create } = session;
    await store.updateSession(session, {
      failure: { error, reason, at: deps.now() },
      create: {
        ...create,
        fence: 'failed',
        finishedAt: deps.now(),
        checks: create.checks + checks,
      },
    });
    throw new ChirpsmithError(error, reason);
  };

  if (answer?.phase === 'succeeded' && answer.modelId !== undefined) {
    try {
      await store.claimId(session, 'model', answer.modelId);
    } catch (error) {
      if (!isContradiction(error)) throw error;
      return end('ProviderContradiction', error.message);
    }
    const { tracks } = await store.require(session.sessionId);
    // Before the session is ready: a step that is cut off in between comes by here again.
    await deps.models.register(modelMadeBy({ session, tracks }, answer.modelId, deps));
    const missing = missingFrom(session, tracks);
    await store.updateSession(session, {
      status: 'ready',
      modelId: answer.modelId,
      missing: missing.length > 0 ? missing : undefined,
      failure: undefined,
      create: {
        ...session.create,
        fence: 'ready',
        finishedAt: deps.now(),
        checks: session.create.checks + checks,
      },
    });
    return at('done', 0, 0);
  }

  if (answer?.phase === 'failed' || answer?.phase === 'timed-out') {
    const words =
      answer.failReason ?? `The provider ended the training as "${answer.status}" and gave no reason.`;
    return end('TrainingFailed', words);
  }

  const hollow = (state.hollow ?? 0) + (answer?.phase === 'succeeded' ? 1 : 0);
  if (hollow >= hollowChecks) {
    const words = `The provider calls the training "${answer?.status}", but its answer holds no id of a model.`;
    return end('ProviderContradiction', words);
  }

  if (total >= schedules.training.deadline) {
    const last = trouble?.message ?? `its last word was "${answer?.status}"`;
    const words = `The training was not done after ${toldSeconds(total, deps.settings)} (${last}). It may still end well: a resume looks again; a second create would be paid again.`;
    await countChecks();
    throw new ChirpsmithError('DeadlineExceeded', words);
  }
  return { ...at('waiting', Math.max(nextWait(schedules.training, waited), retryAfter), checks), hollow };
}

/** What the registry says of a model, from the record of the session that trained it. */
function modelMadeBy(
  { session, tracks }: SessionWithTracks,
  modelId: string,
  { settings, now }: CheckTrainingDeps,
): Model {
  const { sessionId, owner, name, create, provider } = session;
  const used = tracks.filter(({ clipId }) => clipId !== undefined && create.clipIds?.includes(clipId));
  const credits = creditsSpent({ session, tracks }, settings.prices);
  const files = used.map(({ file }) => file);
  const about = { modelId, name, owner, sessionId, files, credits, createdAt: now() };
  return provider === undefined ? about : { ...about, provider };
}

/** Files that are not in the model, and why. */
function missingFrom({ create }: Session, tracks: readonly Track[]): NonNullable<Session['missing']> {
  const without = tracks.filter(
    (track) => isWanted(track) && !(track.clipId !== undefined && create.clipIds?.includes(track.clipId)),
  );
  return without.map(({ trackId, file, failure }) => ({
    trackId,
    file,
    reason: failure?.reason ?? 'has no clip',
  }));
}

/** The task of a training has the id of the session (documented), so it is known even without an answer. */
async function ask(
  session: Session,
  { provider }: CheckTrainingDeps,
): Promise<{ answer?: TaskStatus; trouble?: ProviderError }> {
  const taskId = session.create.taskId ?? session.providerSessionId;
  if (taskId === undefined)
    throw new ChirpsmithError('Unexpected', `Session ${session.sessionId} has no task.`);
  try {
    return { answer: await provider.status(taskId) };
  } catch (error) {
    if (error instanceof ProviderError) return { trouble: error };
    throw error;
  }
}
