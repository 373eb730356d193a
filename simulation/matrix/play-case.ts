import type { SessionAnswer } from '../../functions/api/contract/session.ts';
import { trackIdAt } from '../../functions/domain/new-session.ts';
import { seen } from '../coverage.ts';
import { errorAt } from '../error-at.ts';
import type { Told } from '../harness/client.ts';
import type { Step } from '../harness/invocations.ts';
import { openMusic } from '../harness/musician.ts';
import { openSession, type Person } from '../harness/person.ts';
import { openWorld, type World, type WorldInterference } from '../harness/world.ts';
import { type Action, type Case, callAt, machineAt, type Trouble } from './case.ts';

/** What a person sees of a case, and what the ledger says. */
export interface Played {
  readonly first: { readonly session: SessionAnswer; readonly cost: number };
  /** After each action that the case names. */
  readonly later: readonly { readonly session: SessionAnswer; readonly cost: number }[];
  /** Did the trouble occur at all? */
  readonly happened: boolean;
}

const songs = ['song', 'song', 'song', 'song', 'song', 'song'] as const;

/** Writes that a function makes in an ordinary run before the one that records its call. */
const earlierWrites: Readonly<Record<string, number>> = {
  // Six tracks looked at, the count of the call, and whose the provider's session is.
  'Prepare session': 8,
  'Submit upload': 1,
  'Create model': 1,
  'Check upload': 0,
  // Whose the model is, and the model into the registry.
  'Check training': 2,
  'Prepare batch': 2,
  'Reconcile clips': 0,
  'Request music': 1,
  'Check music': 0,
  // Why each clip could not be had at the first attempt; then each into the bucket and into the record.
  'Copy audio': 6,
};

/** Plays one case: six songs, or one piece of music, the trouble, and then what the person does about it. */
export async function playCase({ place, trouble, outcome }: Case): Promise<Played> {
  const { state, call } = callAt[place];
  const machine = machineAt(place);
  const isBatch = machine === 'upload-batch';
  let person: Person | undefined;
  const second = trouble.kind === 'call' ? trouble.second : undefined;
  let left = (trouble.kind === 'call' ? (trouble.times ?? 1) : 1) + (second ? 1 : 0);
  let writes = 0;
  let onTrack: string | undefined;
  let held = false;

  const interfere = (step: Step): WorldInterference | undefined => {
    if (!person || step.by.name !== state || left === 0) return undefined;
    // One track only: what happens to one of six says it all.
    if (trouble.kind !== 'call' || trouble.times !== 1000) onTrack ??= step.by.trackId;
    if (onTrack !== undefined && step.by.trackId !== onTrack) return undefined;
    const isFirst = !held && state === 'Submit upload' && onTrack !== undefined;
    const isOfOne = trouble.kind === 'call' || (trouble.kind === 'step' && trouble.at !== 'begin');
    if (isFirst && isOfOne) {
      held = true;
      return { kind: 'waits', until: othersSent() };
    }
    if (step.kind === 'write') writes++;
    const happens = isMoment(trouble, step, call, writes - 1 === (earlierWrites[state] ?? 0));
    if (!happens) return undefined;
    left--;
    if (second && left === 0) return { kind: 'provider', fault: second };
    return interferenceOf(trouble, step, () =>
      change(trouble, world, person, step.by.trackId ?? trackIdAt(0, isBatch ? 'batch' : 'train')),
    );
  };

  /** The track that something happens to is the last of the six to be sent, however their turns are drawn. */
  const othersSent = async () => {
    const sent = () => world.calls.filter(({ by }) => by === state).length;
    const working = () => world.invocations.running().filter(({ name }) => name === state).length;
    while (sent() < songs.length - 1 || working() > 1) await new Promise((resolve) => setImmediate(resolve));
  };

  const world = await openWorld({ machine, seed: 1, interfere });
  try {
    if (trouble.kind === 'account') world.sandbox.change(trouble.settings);
    const opened =
      machine === 'generate-music'
        ? openMusic(world)
        : await openSession(world, songs, isBatch ? { kind: 'batch' } : {});
    person = opened;
    await opened.start();
    const first = await atRest(world, opened);
    const later = [];
    for (const action of outcome.next) {
      if (action === 'mend') left = 0;
      await act(action, world, opened, trouble);
      later.push(await atRest(world, opened));
    }
    return { first, later, happened: left === 0 || trouble.kind === 'account' || trouble.kind === 'call' };
  } finally {
    await world.close();
  }
}

async function atRest(world: World, person: Person) {
  await world.settled();
  // The minute after which an execution counts as gone; then the schedule's sweep.
  await world.clock.sleep(61_000);
  await person.sweep();
  await world.settled();
  const cost = world.sandbox.ledger().reduce((sum, { credits }) => sum + credits, 0);
  return { session: await seen(person), cost };
}

function isMoment(trouble: Trouble, step: Step, call: string, tellsOfTheCall: boolean): boolean {
  switch (trouble.kind) {
    case 'call':
      return step.kind === 'call' && step.what === call;
    case 'step':
      // Some functions ask for the account's balance first.
      return (
        step.kind === trouble.at &&
        (step.kind !== 'call' || step.what === call) &&
        (!trouble.last || tellsOfTheCall)
      );
    case 'audio':
      return step.kind === 'begin';
    case 'account':
      return false;
  }
}

function interferenceOf(
  trouble: Trouble,
  step: Step,
  changeAudio: () => void,
): WorldInterference | undefined {
  if (trouble.kind === 'call') return { kind: 'provider', fault: trouble.fault };
  if (trouble.kind === 'audio') changeAudio();
  if (trouble.kind !== 'step') return undefined;
  const { do: kind, when } = trouble.breakage;
  if (kind === 'answer-lost') return { kind: 'repeats' };
  if (kind === 'timed-out' || kind === 'out-of-memory' || kind === 'process-killed') return { kind, when };
  return { kind: 'throws', when, error: errorAt(step, kind) };
}

function change(trouble: Trouble, { bucket }: World, person: Person | undefined, trackId: string): void {
  const key = bucket.keyOf(person?.sessionId ?? '', trackId);
  if (trouble.kind === 'audio' && trouble.change === 'deleted') bucket.remove(key);
  else bucket.put(key, { content: 'text', sha256: 'another', size: 7 });
}

async function act(action: Action, world: World, person: Person, trouble: Trouble): Promise<void> {
  const done = await perform(action, world, person, trouble);
  if (done && 'error' in done) throw new Error(`${action} was answered with ${done.error}: ${done.reason}`);
}

async function perform(
  action: Action,
  world: World,
  person: Person,
  trouble: Trouble,
): Promise<Told<unknown> | undefined> {
  switch (action) {
    case 'resume':
      return person.resume();
    case 'resume with a shorter name':
      return person.resume('Night');
    case 'decide check-again':
      return person.decide('check-again');
    case 'decide create-again':
      return person.decide('create-again');
    case 'decide abandon':
      return person.decide('abandon');
    case 'mend':
      if (trouble.kind === 'account') world.sandbox.change(trouble.mended);
      return undefined;
    case 'replace': {
      const { tracks } = await seen(person);
      const bad = tracks.find(({ status }) => status === 'failed' || status === 'rejected');
      return person.replace(bad?.trackId ?? '', 'song');
    }
  }
}
