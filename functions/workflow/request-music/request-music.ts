import { chargeOnce } from '../../domain/charge-once.ts';
import { requireCredits } from '../../domain/check-balance.ts';
import { dialectProblems } from '../../domain/dialect-rules.ts';
import { musicOf } from '../../domain/music.ts';
import { canCall } from '../../domain/session.ts';
import type { Deps } from '../../runtime/spec.ts';
import { ChirpsmithError } from '../../shared/errors.ts';
import { firstWait } from '../../shared/schedule.ts';
import type { CreateModelState, MusicState } from '../../shared/state-contracts.ts';
import { positionAfterCall, requireRunning } from '../polling.ts';
import type { state } from './state.ts';

export type RequestMusicDeps = Deps<typeof state>;

/**
 * `Request music`: the call that costs credits, made once behind the fence of the record. Its task is not known
 * before it is answered (unlike a training's), so a lost answer cannot be settled: a person decides.
 * @throws ChirpsmithError one of `settledCreateErrors`; any other error leaves the fence for `Check music`
 */
export async function requestMusic(state: CreateModelState, deps: RequestMusicDeps): Promise<MusicState> {
  const { store, providerOf, settings } = deps;
  const { sessionId, refusals = 0 } = state;
  const at = positionAfterCall({ sessionId }, state);

  const session = await store.requireSession(sessionId);
  const { clips: _clips, modelName: _name, dialect, ...request } = musicOf(session);
  // Under way, ended, or in doubt: looked at once, never called again from here unless a person allows it.
  if (!canCall(session)) {
    const working = session.status === 'preparing' && session.create.fence === 'submitted';
    if (working) await store.updateSession(session, { status: 'generating' });
    return at('waiting', 0);
  }
  requireRunning(session, 'nothing is bought');
  // Checked before it was recorded, too; but the configuration may have changed since.
  const persona = request.persona && { ...request.persona, dialect };
  const problems = dialectProblems({ ...request, dialect, persona }, deps.relay);
  if (problems.length > 0) {
    throw new ChirpsmithError('BadInput', 'The music cannot be asked for like this; nothing was sent.', {
      problems,
    });
  }
  const provider = providerOf(dialect);
  await requireCredits(settings.prices.generate, 'The music', provider);

  const paid = await chargeOnce(
    session,
    { readKey: provider.readKey, send: () => provider.generate(request) },
    { what: 'make the music', call: 'generate', taken: 'generating', refusals },
    deps,
  );
  if (paid.end === 'not-taken') return at('waiting', paid.wait, refusals + 1);
  return at('waiting', paid.end === 'unknown' ? 0 : firstWait(settings.schedules.music, deps.random()));
}
