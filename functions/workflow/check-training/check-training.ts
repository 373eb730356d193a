import { balanceOf } from '../../domain/check-balance.ts';
import { creditsSpent } from '../../domain/credits.ts';
import { withBalance, withNews } from '../../domain/journal.ts';
import type { Model } from '../../domain/model.ts';
import { isWanted } from '../../domain/required-clips.ts';
import type { Session, Track } from '../../domain/session.ts';
import type { SessionWithTracks } from '../../domain/session-records.ts';
import type { Deps } from '../../runtime/spec.ts';
import { ChirpsmithError, isContradiction } from '../../shared/errors.ts';
import { inProviderSeconds, withChecks } from '../../shared/schedule.ts';
import { mostEmptySuccesses, type TrainingState } from '../../shared/state-contracts.ts';
import { ended, failPaidTask, isCallDue, throwEarlierFailure } from '../paid-task.ts';
import { asked, checkMoments, failureOf, positionAtCheck, untilNextCheck } from '../polling.ts';
import { foundByStatus } from './found-by-status.ts';
import type { state } from './state.ts';

export type CheckTrainingDeps = Deps<typeof state>;

/**
 * `Check training`: asks for the status of the training, or, when the answer to create was lost, whether there is
 * one. The session is ready only when the answer carries an id `chirp-custom:<uuid>`.
 *
 * @throws ChirpsmithError TrainingFailed with the provider's reason; ProviderContradiction when the model is another
 *   session's; NeedsDecision when a lost create cannot
 *   be settled; DeadlineExceeded; ProviderThrottled or ProviderUnreachable when create was refused too often
 */
export async function checkTraining(state: TrainingState, deps: CheckTrainingDeps): Promise<TrainingState> {
  const { store } = deps;
  const { schedules } = deps.settings;
  const position = positionAtCheck(state);
  const { waited, total, at } = position;

  let session = await store.requireSession(state.sessionId);
  const { fence } = session.create;
  if (fence === 'ready') return at('done');
  const { deadline } = schedules.training;
  if (isCallDue(session, state, { what: 'train', total, deadline }, deps.settings)) return at('again');
  throwEarlierFailure(session, { error: 'TrainingFailed', reason: 'The training failed.' });

  const checks = state.checks + 1;
  // The task of a training has the id of the session (documented), so it is known even without an answer.
  const taskId = session.create.taskId ?? session.providerSessionId;
  if (taskId === undefined) {
    throw new ChirpsmithError('Unexpected', `Session ${session.sessionId} has no task.`);
  }
  const { answer, trouble, last } = await asked(deps.provider.status(taskId, 'training'));
  const inDoubt = fence === 'intent' || fence === 'unknown';
  const counted = { ...session.create, checks: session.create.checks + checks };

  const found = inDoubt && answer ? foundByStatus(session.create, answer, taskId) : undefined;
  if (inDoubt && !found) {
    if (waited < schedules.settle.deadline) {
      return at('waiting', untilNextCheck(schedules.settle, waited, trouble), checks);
    }
    const known = answer ? `the provider calls the session "${answer.status}"` : trouble?.message;
    // A sign for the person who decides: what the account has left.
    const journal = withBalance(session.journal, await balanceOf(deps.provider), deps.now());
    await store.updateSession(session, { create: counted, ...(journal && { journal }) });
    const lost = session.create.lost === undefined ? '' : ` (${session.create.lost})`;
    throw new ChirpsmithError(
      'NeedsDecision',
      `The answer to create was lost${lost}, and its status does not settle it (${known}). The 100 credits may have been taken or not; a second create may cost them again.`,
    );
  }
  if (found) {
    const isLatest = found.callId === session.create.callId;
    const journal = isLatest ? withNews(session.journal, { answer: 'taken' }, found.callId) : session.journal;
    session = await store.updateSession(session, { status: 'training', create: found, journal });
  }

  const now = deps.now();
  const checkedAt = checkMoments(state, session.create.requestedAt, now);
  const end = { checks, checkedAt, at: now, provider: answer?.provider };
  /** The training has ended without a model. */
  const fail = (error: 'TrainingFailed' | 'ProviderContradiction', reason: string) =>
    failPaidTask(session, { error, reason }, end, store);

  if (answer?.phase === 'succeeded' && answer.modelId !== undefined) {
    try {
      await store.claimId(session, 'model', answer.modelId);
    } catch (error) {
      if (!isContradiction(error)) throw error;
      return fail('ProviderContradiction', error.message);
    }
    const { tracks } = await store.require(session.sessionId);
    // Before the session is ready: a step that is cut off in between comes by here again.
    await deps.models.register(
      modelMadeBy({ session, tracks }, { ...answer, modelId: answer.modelId }, deps),
    );
    const missing = missingFrom(session, tracks);
    await store.updateSession(session, {
      status: 'ready',
      modelId: answer.modelId,
      missing: missing.length > 0 ? missing : undefined,
      failure: undefined,
      ...ended(session, 'ready', end),
    });
    const seen = position.seen(answer.tookSeconds, deps.settings);
    await store.addDurations(session.provider, 'training', seen, end.at);
    return at('done', 0, 0);
  }

  const reason = failureOf(answer, 'training');
  if (reason !== undefined) return fail('TrainingFailed', reason);

  const emptySuccesses = position.emptySuccesses(answer);
  if (emptySuccesses >= mostEmptySuccesses) {
    const words = `The provider calls the training "${answer?.status}", but its answer holds no id of a model.`;
    return fail('ProviderContradiction', words);
  }

  if (total >= deadline) {
    const time = inProviderSeconds(total, deps.settings);
    await store.updateSession(session, { create: counted });
    throw new ChirpsmithError(
      'DeadlineExceeded',
      `The training was not done after ${time} (${last}). It may still end well: a resume looks again; a second create would be paid again.`,
    );
  }
  const schedule = withChecks(schedules.training, session.checkTimes?.training);
  return { ...at('waiting', untilNextCheck(schedule, waited, trouble), checks), checkedAt, emptySuccesses };
}

/** The registry's entry of a model, from the record of the session that trained it. */
function modelMadeBy(
  { session, tracks }: SessionWithTracks,
  { modelId, base }: { readonly modelId: string; readonly base?: string },
  { settings, now }: CheckTrainingDeps,
): Model {
  const { sessionId, owner, name, create, provider, rights } = session;
  const used = tracks.filter(({ clipId }) => clipId !== undefined && create.clipIds?.includes(clipId));
  const credits = creditsSpent({ session, tracks }, settings.prices);
  const files = used.map(({ file }) => file);
  const about = { modelId, name, owner, sessionId, files, credits, createdAt: now() };
  return { ...about, ...(base && { base }), ...(provider && { provider }), ...(rights && { rights }) };
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
