import { isInDoubt } from '../../../functions/sessions/session.ts';
import type { Plan } from '../plan.ts';
import type { Person } from '../rig/person.ts';
import type { World } from '../rig/world.ts';
import { paidCalls, type Tally } from '../tally.ts';
import { ofMusic } from './generate-music.ts';
import { recordAndLedgerAgree } from './ledger.ts';
import { paidOnce } from './paid-once.ts';
import { everyRunEnds } from './runs.ts';
import { type Scene, stateOf } from './scene.ts';
import { ofTraining } from './train-model.ts';
import { ofBatch } from './upload-batch.ts';

/**
 * The rules that hold whatever breaks, held against the provider's ledger and not against our own record: each
 * that was broken, in words.
 * @param final has somebody gone on without faults until nothing was left to do?
 */
export async function violations(
  world: World,
  person: Person,
  plan: Plan,
  tally: Tally,
  final: boolean,
): Promise<string[]> {
  const found = await world.records.read(person.sessionId);
  // Where deleting ended early, tracks may be gone already.
  if (!found || found.session.status === 'deleting') return ofDeleted(world, person, plan, tally);
  const { session, tracks } = found;
  const provider = await stateOf(world);
  const atProvider = provider.sessions.find(({ sessionId }) => sessionId === session.providerSessionId);
  const scene = { world, session, tracks, plan, tally, provider, atProvider, final };
  return [
    ...paidOnce(scene),
    ...recordAndLedgerAgree(scene),
    ...(await everyRunEnds(world, session)),
    ...doubtIsTold(scene),
    ...ofItsMachine(scene),
    ...tally.wrongAnswers,
  ];
}

/** A session that was deleted has left nothing, and nothing is bought for it any more. */
async function ofDeleted(world: World, { sessionId }: Person, plan: Plan, tally: Tally): Promise<string[]> {
  const { paidCalls: before = 0, beside = true } = tally.erased ?? {};
  const bought = tally.erased !== undefined && paidCalls(world).length > before;
  const left = !beside && world.bucket.holds(sessionId);
  return [
    ...paidOnce({ world, plan, tally }),
    ...(await everyRunEnds(world)),
    ...(bought ? ['something was bought for a session that had been deleted'] : []),
    ...(left ? ['the session was deleted, and files of it are left'] : []),
    ...tally.wrongAnswers,
  ];
}

function ofItsMachine({ plan, ...scene }: Scene): string[] {
  switch (plan.machine) {
    case 'train-model':
      return ofTraining({ ...scene, plan });
    case 'upload-batch':
      return ofBatch({ ...scene, plan });
    case 'generate-music':
      return ofMusic({ ...scene, plan });
  }
}

/** While the paid call is in doubt, a person is asked; and only then. */
function doubtIsTold({ session }: Scene): string[] {
  const { status, create } = session;
  if (status === 'needs-decision' && !isInDoubt(session)) {
    return [`a decision is asked for while the call is ${create.fence}`];
  }
  const hidden = (status === 'failed' || status === 'ready') && isInDoubt(session);
  return hidden ? [`the session is ${status} while the paid call is in doubt`] : [];
}
