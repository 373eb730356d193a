import { chargeOnce } from '../../domain/charge-once.ts';
import { canCall } from '../../domain/session.ts';
import type { Deps } from '../../runtime/spec.ts';
import { ChirpsmithError } from '../../shared/errors.ts';
import { firstWait, withChecks } from '../../shared/schedule.ts';
import type { CreateModelState, TrainingState } from '../../shared/state-contracts.ts';
import { positionAfterCall, requireRunning } from '../polling.ts';
import type { state } from './state.ts';

export type CreateModelDeps = Deps<typeof state>;

/**
 * `Create model`: the one call that costs real money, made behind a fence in the record.
 *
 * Where there is a call already, and no person allows another, it is not made: `Check training` asks for its status.
 *
 * @throws ChirpsmithError one of `settledCreateErrors`; any other error leaves the fence for `Check training`
 */
export async function createModel(state: CreateModelState, deps: CreateModelDeps): Promise<TrainingState> {
  const { store, provider } = deps;
  const { schedules, limits } = deps.settings;
  const { sessionId, refusals = 0 } = state;
  const at = positionAfterCall({ sessionId }, state);

  const { session, tracks } = await store.require(sessionId);
  const { create, providerSessionId } = session;
  if (create.fence === 'ready') return at('done', 0);
  // Under way, ended, or in doubt: looked at once, never called again from here unless a person allows it.
  if (!canCall(session)) return at('waiting', 0);
  requireRunning(session, 'nothing is bought');

  const clipIds = tracks.flatMap(({ status, clipId }) => (status === 'done' && clipId ? [clipId] : []));
  if (providerSessionId === undefined || clipIds.length < limits.minClips) {
    throw new ChirpsmithError('NotEnoughClips', `Session ${sessionId} has ${clipIds.length} clips.`);
  }
  const paid = await chargeOnce(
    session,
    {
      readKey: provider.readKey,
      send: () => provider.create({ sessionId: providerSessionId, clipIds, name: session.name }),
    },
    { what: 'train', call: 'create', changes: { clipIds }, taken: 'training', refusals },
    deps,
  );
  switch (paid.end) {
    case 'submitted':
      return at(
        'waiting',
        firstWait(withChecks(schedules.training, session.checkTimes?.training), deps.random()),
      );
    case 'unknown':
      return at('waiting', schedules.settle.checks[0] ?? schedules.settle.every);
    case 'not-taken':
      return at('waiting', paid.wait, refusals + 1);
  }
}
