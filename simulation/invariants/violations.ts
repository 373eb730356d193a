import { isInDoubt } from '../../functions/domain/session.ts';
import type { Person } from '../harness/person.ts';
import type { World } from '../harness/world.ts';
import type { Plan } from '../plan.ts';
import { paidCalls, type Tally } from '../tally.ts';
import { errorsAreErrors, idsAreNew } from './contradictions.ts';
import { declaredBytesCount } from './declared-bytes.ts';
import { ofMusic } from './generate-music.ts';
import { journalAndLedgerAgree } from './journal.ts';
import { recordAndLedgerAgree } from './ledger.ts';
import { oneWishIsOneSession } from './one-wish.ts';
import { paidOnce, perhapsTaken } from './paid-once.ts';
import { everyRunEnds } from './runs.ts';
import { type Snapshot, stateOf } from './snapshot.ts';
import { ofTraining } from './train-model.ts';
import { ofBatch } from './upload-batch.ts';

/**
 * The rules that hold after any failure, checked against the provider's ledger and not against our own record: each
 * that was broken, as a text.
 * @param final has a person gone on without faults until nothing was left to do?
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
  const snapshot = { world, session, tracks, plan, tally, provider, atProvider, final };
  return [
    ...(await oneWishIsOneSession(world)),
    ...(await idsAreNew(snapshot)),
    ...errorsAreErrors(snapshot),
    ...paidOnce(snapshot),
    ...recordAndLedgerAgree(snapshot),
    ...journalAndLedgerAgree(snapshot),
    ...(await everyRunEnds(world, session)),
    ...doubtIsTold(snapshot),
    ...ofItsMachine(snapshot, person),
    ...tally.wrongAnswers,
  ];
}

/** A session that was deleted has left nothing, and nothing is bought for it any more. */
async function ofDeleted(world: World, { sessionId }: Person, plan: Plan, tally: Tally): Promise<string[]> {
  const { at = Number.POSITIVE_INFINITY, beside = true } = tally.erased ?? {};
  const bought = paidCalls(world).some(({ noticed }) => noticed > at);
  const left = !beside && world.bucket.holds(sessionId);
  return [
    ...(await oneWishIsOneSession(world)),
    ...paidOnce({ world, plan, tally }),
    ...(await everyRunEnds(world)),
    ...(bought ? ['something was bought for a session that had been deleted'] : []),
    ...(left ? ['the session was deleted, and files of it are left'] : []),
    ...tally.wrongAnswers,
  ];
}

function ofItsMachine({ plan, ...snapshot }: Snapshot, person: Person): string[] {
  switch (plan.machine) {
    case 'train-model':
      return [...ofTraining({ ...snapshot, plan }), ...declaredBytesCount({ ...snapshot, plan }, person)];
    case 'upload-batch':
      return [...ofBatch({ ...snapshot, plan }), ...declaredBytesCount({ ...snapshot, plan }, person)];
    case 'generate-music':
      return ofMusic({ ...snapshot, plan });
  }
}

/** While the paid call is in doubt, a person is asked; and only then. */
function doubtIsTold({ session, world, tally }: Snapshot): string[] {
  const { status, create } = session;
  const mayHaveCalled =
    (tally.disturbed.get('Create model') ?? 0) + (tally.disturbed.get('Request music') ?? 0);
  if (isInDoubt(session) && mayHaveCalled === 0 && !paidCalls(world).some(perhapsTaken)) {
    return [`the session is ${status} and its paid call in doubt, and nothing was ever called`];
  }
  if (status === 'needs-decision' && !isInDoubt(session)) {
    return [`a decision is asked for while the call is ${create.fence}`];
  }
  const hidden = (status === 'failed' || status === 'ready') && isInDoubt(session);
  return hidden ? [`the session is ${status} while the paid call is in doubt`] : [];
}
