import { type Provider, ProviderError } from '../../provider/provider.ts';
import { isUnderWay, type Session } from '../../sessions/session.ts';
import type { SessionStore } from '../../sessions/session-store.ts';
import { ChirpsmithError } from '../../shared/errors.ts';
import { turnedAwayWait } from '../../shared/pace.ts';
import { firstWait } from '../../shared/schedule.ts';
import type { Settings } from '../../shared/settings.ts';
import type { CreateModelState, TrainingState } from '../../shared/states.ts';

export interface CreateModelDeps {
  readonly store: SessionStore;
  readonly provider: Provider;
  readonly settings: Settings;
  readonly now: () => string;
  readonly random: () => number;
}

/**
 * `Create model`: the one call that costs real money, made behind a fence in the record.
 *
 * The fence goes `none` → `intent` by a conditional write before the call, so that of two runs one calls.
 * Found at anything but `none`, the call is not made: `Check training` finds out how it stands. Nothing here
 * and nothing around it repeats the call; an answer that proves that it was not taken puts the fence back.
 *
 * @throws ChirpsmithError one of `settledCreateErrors`; any other error leaves the fence for `Check training`
 */
export async function createModel(state: CreateModelState, deps: CreateModelDeps): Promise<TrainingState> {
  const { store, provider, now } = deps;
  const { schedules, limits } = deps.settings;
  const { sessionId, total = 0, checks = 0, refusals = 0 } = state;
  const at = (verdict: TrainingState['verdict'], wait: number, refused = 0): TrainingState => {
    return { sessionId, wait, waited: 0, total, checks, refusals: refused, verdict };
  };

  const { session, tracks } = await store.require(sessionId);
  const { create, providerSessionId } = session;
  if (create.fence === 'ready') return at('done', 0);
  // Under way, ended, or in doubt: looked at once, never called again from here.
  if (create.fence !== 'none') return at('waiting', 0);
  // Cancelled while this step was on its way: the execution is stopped, but what it had called still runs.
  if (!isUnderWay(session)) {
    throw new ChirpsmithError(
      'NotPossible',
      `Session ${sessionId} is "${session.status}": nothing is bought.`,
    );
  }

  const clipIds = tracks.flatMap(({ status, clipId }) => (status === 'done' && clipId ? [clipId] : []));
  if (providerSessionId === undefined || clipIds.length < limits.minClips) {
    throw new ChirpsmithError('NotEnoughClips', `Session ${sessionId} has ${clipIds.length} clips.`);
  }
  const intent = await store.updateSession(session, {
    status: 'creating',
    create: { ...create, fence: 'intent', calls: create.calls + 1, requestedAt: now(), clipIds },
  });

  // How the call ended must not be lost to somebody who changed the record meanwhile, to cancel the run, say.
  const outcome = (ended: Pick<Session['create'], 'fence' | 'taskId'>) =>
    store.changeSession(sessionId, ({ create: now, status }) => {
      if (now.fence !== 'intent' || now.calls !== intent.create.calls) return undefined;
      const training = ended.fence === 'submitted' && status === 'creating';
      return { create: { ...now, ...ended }, ...(training ? { status: 'training' } : {}) };
    });

  let taskId: string;
  try {
    ({ taskId } = await provider.create({ sessionId: providerSessionId, clipIds, name: session.name }));
  } catch (error) {
    if (!(error instanceof ProviderError)) {
      // One of ours: the provider's key could not be read, so nothing was sent. Any other is a bug, and in doubt.
      const notSent = error instanceof ChirpsmithError;
      if (notSent) await outcome({ fence: 'none' });
      throw error;
    }
    if (error.taken === 'unknown') {
      await outcome({ fence: 'unknown' });
      return at('waiting', schedules.settle.checks[0] ?? schedules.settle.every);
    }
    await outcome({ fence: 'none' });
    if (error.name === 'ProviderThrottled' || error.name === 'ProviderUnreachable') {
      const { retryAfter } = error;
      const spread = { retryAfter, pace: session.pace, random: deps.random() };
      return at('waiting', turnedAwayWait(refusals + 1, spread), refusals + 1);
    }
    const words = error.reason ?? error.message;
    throw new ChirpsmithError(error.name, `The provider refused to train: ${words}`, { cause: error });
  }
  // Not within the try: when this cannot be written, create was taken all the same, and the intent must stay.
  await outcome({ fence: 'submitted', taskId });
  return at('waiting', firstWait(schedules.training, deps.random()));
}
