import type { SessionAnswer } from '../functions/api/contract/session.ts';
import { seen } from './coverage.ts';
import type { Told } from './harness/client.ts';
import type { Decision, Person } from './harness/person.ts';
import type { World } from './harness/world.ts';
import { goesOn, type Tally } from './tally.ts';

/** Actions after which a person who goes on without faults must have finished. */
const patience = 12;

/**
 * Goes on with a session as a person would who does what the session says can be done, until there is a model, the
 * music, or a clip of each file, or the person has given it up.
 * @returns what is wrong when none of these is reached
 */
export async function goOn(
  world: World,
  person: Person,
  choices: readonly Decision[],
  tally: Tally,
): Promise<string | undefined> {
  const wishes = [...choices];
  goesOn(tally, world);
  const past: SessionAnswer[] = [];
  for (let action = 0; action < patience; action++) {
    // Over the minute that a new execution may take to appear; then the schedule's sweep comes by.
    await world.clock.sleep(61_000);
    await person.sweep();
    await world.settled();
    const session = await seen(person);
    if (session.status === 'abandoned') return undefined;
    // Deleting that ended early is deleted again.
    if (session.status === 'deleting') {
      const erased = await person.erase();
      return 'error' in erased
        ? `deleting again was answered with ${erased.error}: ${erased.reason}`
        : undefined;
    }
    if (session.status === 'ready' && !session.actions.includes('resume')) return undefined;
    past.push(session);
    const told = await next(world, person, { past, session, wishes, tally });
    if (told && 'error' in told) {
      return `going on from ${standing(session)} was answered with ${told.error}: ${told.reason}`;
    }
    await world.settled();
  }
  return `no way leads on: ${past.map(standing).join(', ')}`;
}

const standing = ({ status, failure }: SessionAnswer) => `${status} (${failure?.error ?? 'no failure'})`;

interface Moment {
  readonly past: readonly SessionAnswer[];
  readonly session: SessionAnswer;
  readonly wishes: Decision[];
  readonly tally: Tally;
}

async function next(world: World, person: Person, moment: Moment): Promise<Told<unknown> | undefined> {
  const { past, session, tally } = moment;
  const { actions } = session;
  if (actions.includes('start')) return person.start();
  if (actions.includes('approve')) {
    tally.approvals++;
    return person.approve();
  }
  // What did not end in time may end later, once; after that a person decides.
  const late = past.filter(({ failure }) => failure?.error === 'DeadlineExceeded').length;
  if (actions.includes('decide') && !(actions.includes('resume') && late < 2)) {
    return decide(world, person, moment);
  }
  if (!actions.includes('resume')) return { error: 'Unexpected', reason: `nothing can be done (${actions})` };
  const unusable = toBeReplaced(moment);
  // What has not arrived is uploaded first; the next time it is another file.
  const brought = unusable.length > 0 && person.shelf.bringAll();
  for (const trackId of brought ? [] : unusable) {
    const told = await person.replace(trackId, 'song');
    if ('error' in told) return told;
  }
  return person.resume();
}

async function decide(world: World, person: Person, { wishes, tally }: Moment): Promise<Told<unknown>> {
  const choice = wishes.shift() ?? 'create-again';
  if (choice === 'create-again') {
    tally.words++;
  }
  const told = await person.decide(choice);
  // The provider cannot be asked about music whose task was lost, as the answer says; then one of the other two.
  const nobodyToAsk = 'error' in told && told.error === 'NotPossible' && choice === 'check-again';
  return nobodyToAsk && world.machine === 'generate-music' ? { answer: undefined } : told;
}

/**
 * Files that must be replaced: those for which the session has failed; of a batch, those that failed in a second
 * run too.
 */
function toBeReplaced({ session: { kind, status, failure, tracks }, past }: Moment): string[] {
  const tooFew = failure?.error === 'NotEnoughClips' || failure?.error === 'AudioRejected';
  const inVain =
    past.filter((it) => it.status === 'ready' || it.failure?.error === 'NotEnoughClips').length > 1;
  const isDue = kind === 'batch' ? (status === 'ready' || tooFew) && inVain : tooFew;
  if (!isDue) return [];
  const bad: readonly string[] =
    kind === 'train' ? ['rejected', 'failed', 'duplicate'] : ['rejected', 'failed'];
  const unusable = tracks.filter(({ status }) => bad.includes(status));
  return unusable.map(({ trackId }) => trackId);
}
