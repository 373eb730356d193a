import type { SessionAnswer } from '../../functions/api/contract.ts';
import type { Decision, Person, Told } from './rig/person.ts';
import type { World } from './rig/world.ts';
import { seen } from './seen.ts';
import type { Tally } from './tally.ts';

/** Actions after which somebody who goes on without faults must have arrived. */
const patience = 12;

/**
 * Goes on with a session as a person would who does what the session says can be done, until there is a model or
 * the person has given it up.
 * @returns what is wrong when neither is reached
 */
export async function goOn(
  world: World,
  person: Person,
  choices: readonly Decision[],
  tally: Tally,
): Promise<string | undefined> {
  const wishes = [...choices];
  tally.createsAtCancel = undefined;
  const past: string[] = [];
  for (let action = 0; action < patience; action++) {
    // Over the minute that a new execution may take to appear; then the schedule's sweep comes by.
    await world.clock.sleep(61_000);
    await person.sweep();
    await world.settled();
    const session = await seen(person);
    if (session.status === 'ready' || session.status === 'abandoned') return undefined;
    past.push(`${session.status} (${session.failure?.error ?? 'no failure'})`);
    const late = past.filter((it) => it.includes('DeadlineExceeded')).length;
    const told = await next(session, person, wishes, tally, late);
    if (told && 'error' in told) {
      return `going on from ${past.at(-1)} was answered with ${told.error}: ${told.reason}`;
    }
    await world.settled();
  }
  return `no way leads on: ${past.join(', ')}`;
}

async function next(
  session: SessionAnswer,
  person: Person,
  wishes: Decision[],
  tally: Tally,
  late: number,
): Promise<Told<unknown> | undefined> {
  const { actions, tracks, failure } = session;
  if (actions.includes('start')) return person.start();
  if (actions.includes('approve')) {
    tally.approvals++;
    return person.approve();
  }
  // A training that did not end in time may end later, once; after that a person decides.
  if (actions.includes('decide') && !(actions.includes('resume') && late < 2)) {
    const choice = wishes.shift() ?? 'create-again';
    if (choice === 'create-again') tally.words++;
    return person.decide(choice);
  }
  if (!actions.includes('resume')) return { error: 'Unexpected', reason: `nothing can be done (${actions})` };
  const tooFew = failure?.error === 'NotEnoughClips' || failure?.error === 'AudioRejected';
  const unusable = tracks.filter(({ status }) => status === 'rejected' || status === 'failed');
  for (const { trackId } of tooFew ? unusable : []) {
    const told = await person.replace(trackId, 'song');
    if ('error' in told) return told;
  }
  return person.resume();
}
