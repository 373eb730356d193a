import type { SessionAnswer } from '../functions/api/contract/session.ts';
import { sessionAnswer } from '../functions/api/session-response.ts';
import { trackIdAt } from '../functions/domain/new-session.ts';
import { longestHold } from '../functions/storage/request-store.ts';
import { seen } from './coverage.ts';
import { errorAt } from './error-at.ts';
import { goOn } from './go-on.ts';
import { digest } from './harness/audio-bucket.ts';
import type { Told } from './harness/client.ts';
import type { Step } from './harness/invocations.ts';
import type { MachineName } from './harness/machine.ts';
import { openWorld, type World, type WorldInterference, type WorldOptions } from './harness/world.ts';
import { violations } from './invariants/violations.ts';
import { begin, beginElder, type Someone } from './openings.ts';
import { type Breakage, type Command, type Plan, plannedCall } from './plan.ts';
import { createTally, type Tally } from './tally.ts';

/** What came of a plan. */
export interface Report {
  readonly machine: MachineName;
  /** What happened, in order: faults and events that found their moment, with where. */
  readonly happened: readonly string[];
  /** The session after all of it, before the person goes on without faults; undefined when there never was one. */
  readonly ended: SessionAnswer | undefined;
  /** And in the end. */
  readonly final: SessionAnswer | undefined;
  readonly credits: number;
  readonly runs: number;
  /** Rules that were broken; none, or there is a bug. */
  readonly violations: readonly string[];
}

/** A state has its title, a route of the API a short name in lower case. */
const isState = (name: string) => /^[A-Z]/.test(name);

const isCommand = (what: Command | Breakage): what is Command => !('when' in what);
const isBreakage = (what: Command | Breakage): what is Breakage => 'when' in what;

export type PlayOptions = Pick<WorldOptions, 'table' | 'wire' | 'forgets'>;

/** How often a person repeats a request that did not even return a session. */
const asksAgain = 8;

/** Plays a plan: a session is started, everything planned happens, and then a person goes on without faults. */
export async function play(plan: Plan, options: PlayOptions = {}): Promise<Report> {
  let person: Someone | undefined;
  /** Who is at work: an earlier person, the one who opens the session, or all. */
  let phase: 'elder' | 'opening' | 'all' | 'faultless' = 'elder';
  const tally = createTally();
  const events = [...plan.events];
  const counts = new Map<string, number>();
  const count = (what: string) => {
    const next = (counts.get(what) ?? 0) + 1;
    counts.set(what, next);
    return next;
  };
  let lastSeen: SessionAnswer | undefined;
  let underWay = 0;
  let commands = 0;
  let stateSteps = 0;

  const interfere = (step: Step): WorldInterference | undefined => {
    if (phase === 'elder' || phase === 'faultless') return undefined;
    const { by, kind } = step;
    if (isState(by.name)) stateSteps++;
    const nth = {
      all: count('all'),
      own: count(by.name),
      kind: count(`kind ${kind}`),
      ownKind: count(`${by.name} ${kind}`),
    };
    const call = plannedCall(step.what, by.name);
    const ofCall = kind === 'call' ? count(`call ${call}`) : 0;
    const due = events.findIndex(({ at, what }) => {
      if (phase === 'opening' && isCommand(what)) return false;
      if ((at.by ?? by.name) !== by.name || (at.kind ?? kind) !== kind) return false;
      const { all, own, kind: ofKind, ownKind } = nth;
      const counted = at.by === undefined ? (at.kind ? ofKind : all) : at.kind ? ownKind : own;
      return at.nth === counted;
    });
    const [event] = due < 0 ? [] : events.splice(due, 1);
    if (event && isBreakage(event.what)) return breakAt(step, event.what);
    if (event && isCommand(event.what)) {
      const until = mapConcurrent([event.what, ...(event.next ?? [])]);
      if (event.first) return { kind: 'waits', until };
    }
    const planned = plan.faults.find(
      ({ call: of, nth, times }) => of === call && nth <= ofCall && ofCall < nth + times,
    );
    if (!planned) return undefined;
    tally.fault(step, planned.fault);
    return { kind: 'provider', fault: planned.fault };
  };
  const breakAt = (step: Step, breakage: Breakage): WorldInterference | undefined => {
    const { do: kind, when } = breakage;
    if (kind === 'answer-lost') {
      const isTold = step.kind === 'answer';
      if (!isTold && step.kind !== 'write' && step.kind !== 'execution') return undefined;
      tally.lostAnswer(step);
      return isTold ? { kind: 'throws', when, error: errorAt(step, kind) } : { kind: 'repeats' };
    }
    tally.breakage(step, breakage, world.invocations.running());
    if (kind === 'timed-out' || kind === 'out-of-memory') return { kind, when };
    if (kind === 'process-killed') {
      // As the local runtime does when it starts again.
      void world.during(async () => {
        await new Promise((resolve) => setImmediate(resolve));
        await carryOut({ do: 'sweep', twice: false });
      });
      return { kind, when };
    }
    return { kind: 'throws', when, error: errorAt(step, kind) };
  };

  const echoes = plan.faults.some(({ fault }) => fault.kind === 'seen-before');
  const world = await openWorld({ machine: plan.machine, seed: plan.seed, echoes, interfere, ...options });
  try {
    if (plan.elder) await beginElder(world);
    const before = world.sandbox.ledger().length;
    if ('locks' in plan && plan.locks) world.sandbox.change({ clips: plan.locks });
    phase = 'opening';
    const opened = begin(world, plan);
    let refused = false;
    for (let more = asksAgain; more > 0 && !refused; more--) {
      const answer = await opened.open();
      if ('answer' in answer) break;
      refused = answer.error === 'BadInput';
      // A function that was cut off may still be processing it.
      await world.clock.sleep(longestHold);
    }
    phase = 'all';
    person = opened;
    await carryOut({ do: 'start', twice: false });
    await atRest();
    // A request for music that was cut off early leaves nothing behind.
    const knowsOfNone = async () => !refused && lastSeen === undefined && !(await standing());
    for (let more = asksAgain; more > 0 && (await knowsOfNone()); more--) {
      await world.clock.sleep(longestHold);
      await carryOut({ do: 'start', twice: false });
      await atRest();
    }
    for (const command of plan.later) {
      await carryOut(command);
      await atRest();
    }
    // Persons whose moment has not come act now; what has not broken by now does not.
    for (const { what, next = [] } of events.splice(0)) {
      if (isCommand(what)) await mapConcurrent([what, ...next]);
      await atRest();
    }

    phase = 'faultless';
    // A person unlocks what is locked.
    world.sandbox.change({ clips: { unlocksPerMonth: null } });
    const ended = (await standing()) ? await seen(opened) : deleted();
    const broken = await violations(world, opened, plan, tally, false);
    const stuck = (await standing()) && (await goOn(world, opened, plan.choices, tally));
    const final = (await standing()) ? await seen(opened) : deleted();
    const brokenLater = await violations(world, opened, plan, tally, true);
    return {
      machine: plan.machine,
      happened: tally.happened,
      ended,
      final,
      credits: world.sandbox
        .ledger()
        .slice(before)
        .reduce((sum, { credits }) => sum + credits, 0),
      runs: (await world.history()).length,
      violations: [...new Set([...broken, ...(stuck ? [stuck] : []), ...brokenLater])],
    };
  } finally {
    await world.close();
  }

  async function atRest(): Promise<void> {
    await world.settled();
    await tally.rest(world, person?.sessionId ?? '');
  }

  /** The session as it is recorded, unless there is none. */
  async function standing(): Promise<SessionAnswer | undefined> {
    const found = await world.records.read(person?.sessionId ?? '');
    if (found) lastSeen = sessionAnswer(found, world.settings, false);
    return found && lastSeen;
  }

  /** As it was when it was deleted. */
  function deleted(): SessionAnswer | undefined {
    return lastSeen && { ...lastSeen, status: 'deleting' };
  }

  /** Held from the first to the last: between two of them nothing is at rest, and no time passes. */
  function mapConcurrent(wishes: readonly Command[]): Promise<void> {
    return world.during(async () => {
      for (const command of wishes) await carryOut(command);
    });
  }

  async function carryOut(command: Command): Promise<void> {
    if (!person) return;
    if (command.do === 'erase') await standing();
    person.shelf.catchUp();
    const once = () => request(world, command, person, tally);
    tally.command(command, world);
    const alone = underWay++ === 0;
    const before = { commands: ++commands, steps: stateSteps };
    const told = await Promise.all('twice' in command && command.twice ? [once(), once()] : [once()]);
    underWay--;
    await tally.told(
      command,
      told.filter((it) => it !== undefined),
      {
        world,
        sessionId: person.sessionId,
        alone: alone && commands === before.commands,
        quiet: alone && commands === before.commands && stateSteps === before.steps,
      },
    );
  }
}

async function request(
  world: World,
  command: Command,
  person: Someone,
  tally: Tally,
): Promise<Told<unknown> | undefined> {
  const kind = world.machine === 'upload-batch' ? 'batch' : 'train';
  const trackId = 'track' in command ? trackIdAt(command.track, kind) : '';
  const found = 'track' in command ? await world.records.read(person.sessionId) : undefined;
  const source = found?.tracks.find((it) => it.trackId === trackId)?.source;
  const key = source && 'key' in source ? source.key : '';
  switch (command.do) {
    case 'decide':
      return person.decide(command.choice);
    case 'replace': {
      const told = await person.replace(trackId, command.content, command.delivery);
      const found = await world.records.read(person.sessionId);
      if (found) tally.replaced.set(trackId, found.session.runs);
      return told;
    }
    case 'delete':
      world.bucket.remove(key);
      return undefined;
    case 'overwrite': {
      // By something else, which may be audio as well.
      const content = command.track % 2 === 0 ? 'text' : 'song';
      const file = { content, sha256: digest(`instead of ${trackId}`), size: 4 } as const;
      if (world.bucket.newest(key)) world.bucket.put(key, file);
      return undefined;
    }
    case 'manifest':
      // Put again after the session was deleted, it would be another wish.
      return person.putAgain && (await world.records.read(person.sessionId)) && person.putAgain();
    default:
      return person[command.do]();
  }
}
