import type { SessionAnswer } from '../../functions/api/contract.ts';
import { sessionAnswer } from '../../functions/api/session-answer.ts';
import { trackIdAt } from '../../functions/sessions/new-session.ts';
import { errorAt } from './error-at.ts';
import { goOn } from './go-on.ts';
import { type Breakage, type Command, type Plan, plannedCall } from './plan.ts';
import type { Step } from './rig/invocations.ts';
import type { MachineName } from './rig/machine.ts';
import { openMusic } from './rig/musician.ts';
import { openSession, type Person, type Told } from './rig/person.ts';
import { openWorld, type World, type WorldInterference, type WorldOptions } from './rig/world.ts';
import { violations } from './rules/violations.ts';
import { seen } from './seen.ts';
import { createTally, type Tally } from './tally.ts';

/** What came of a plan. */
export interface Report {
  readonly machine: MachineName;
  /** What happened, in order: faults and events that found their moment, with where. */
  readonly happened: readonly string[];
  /** The session after all of it, before anybody goes on without faults. */
  readonly ended: SessionAnswer;
  /** And in the end. */
  readonly final: SessionAnswer;
  readonly credits: number;
  readonly runs: number;
  /** Rules that were broken; none, or there is a bug. */
  readonly violations: readonly string[];
}

/** A state goes by its title, a route of the API by a word in small letters. */
const isState = (name: string) => /^[A-Z]/.test(name);

const isCommand = (what: Command | Breakage): what is Command => !('when' in what);
const isBreakage = (what: Command | Breakage): what is Breakage => 'when' in what;

export type PlayOptions = Pick<WorldOptions, 'table' | 'wire' | 'forgets'>;

/** Times that somebody asks again who was not even told of a session. */
const asksAgain = 8;

/** Plays a plan: a session is started, everything planned happens, and then somebody goes on without faults. */
export async function play(plan: Plan, options: PlayOptions = {}): Promise<Report> {
  let person: Person | undefined;
  const tally = createTally();
  const events = [...plan.events];
  const counts = new Map<string, number>();
  const count = (what: string) => {
    const next = (counts.get(what) ?? 0) + 1;
    counts.set(what, next);
    return next;
  };
  let faultless = false;
  let lastSeen: SessionAnswer | undefined;
  let underWay = 0;
  let commands = 0;
  let stateSteps = 0;

  const interfere = (step: Step): WorldInterference | undefined => {
    if (faultless || !person) return undefined;
    if (isState(step.by.name)) stateSteps++;
    const nth = { all: count('all'), own: count(step.by.name) };
    const call = plannedCall(step.what, step.by.name);
    const ofCall = step.kind === 'call' ? count(`call ${call}`) : 0;
    const due = events.findIndex(({ at }) =>
      at.by === undefined ? at.nth === nth.all : at.by === step.by.name && at.nth === nth.own,
    );
    const [event] = due < 0 ? [] : events.splice(due, 1);
    if (event && isBreakage(event.what)) return breakAt(step, event.what);
    if (event && isCommand(event.what)) {
      const until = carryOut(event.what);
      if (event.first) return { kind: 'waits', until };
    }
    const planned = plan.faults.find(
      ({ call: of, nth, times }) => of === call && nth <= ofCall && ofCall < nth + times,
    );
    if (!planned) return undefined;
    tally.fault(step, planned.fault);
    return { kind: 'provider', fault: planned.fault };
  };
  const breakAt = (step: Step, breakage: Breakage): WorldInterference => {
    tally.breakage(step, breakage, world.invocations.running());
    const { do: kind, when } = breakage;
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

  const world = await openWorld({ machine: plan.machine, seed: plan.seed, interfere, ...options });
  try {
    const opened = await open(world, plan);
    person = opened;
    await carryOut({ do: 'start', twice: false });
    await world.settled();
    // A request for music that was cut off early leaves nothing behind.
    for (let more = asksAgain; more > 0 && lastSeen === undefined && !(await standing()); more--) {
      await carryOut({ do: 'start', twice: false });
      await world.settled();
    }
    for (const command of plan.later) {
      await carryOut(command);
      await world.settled();
    }
    // Persons whose moment has not come act now; what has not broken by now does not.
    for (const { what } of events.splice(0)) {
      if (isCommand(what)) await carryOut(what);
      await world.settled();
    }

    faultless = true;
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
      credits: world.sandbox.ledger().reduce((sum, { credits }) => sum + credits, 0),
      runs: (await world.history()).length,
      violations: [...new Set([...broken, ...(stuck ? [stuck] : []), ...brokenLater])],
    };
  } finally {
    await world.close();
  }

  /** The session as it is recorded, unless there is none. */
  async function standing(): Promise<SessionAnswer | undefined> {
    const found = await world.records.read(person?.sessionId ?? '');
    if (found) lastSeen = sessionAnswer(found, world.settings, false);
    return found && lastSeen;
  }

  /** As it was when somebody deleted it. */
  function deleted(): SessionAnswer {
    if (!lastSeen) throw new Error('There never was a session.');
    return { ...lastSeen, status: 'deleting' };
  }

  async function carryOut(command: Command): Promise<void> {
    if (!person) return;
    if (command.do === 'erase') await standing();
    const once = () => request(world, command, person, tally);
    tally.command(command, world);
    const alone = underWay++ === 0;
    const before = { commands: ++commands, steps: stateSteps };
    const told = await Promise.all('twice' in command && command.twice ? [once(), once()] : [once()]);
    underWay--;
    tally.told(
      command,
      told.filter((it) => it !== undefined),
      {
        world,
        alone: alone && commands === before.commands,
        quiet: alone && commands === before.commands && stateSteps === before.steps,
      },
    );
  }
}

function open(world: World, plan: Plan): Promise<Person> | Person {
  switch (plan.machine) {
    case 'train-model': {
      const { files, skipInvalid, review } = plan;
      return openSession(world, files, { skipInvalid, review });
    }
    case 'upload-batch':
      return openSession(world, plan.files, { kind: 'batch', slice: plan.slice });
    case 'generate-music':
      return openMusic(world);
  }
}

async function request(
  world: World,
  command: Command,
  person: Person,
  tally: Tally,
): Promise<Told<unknown> | undefined> {
  const kind = world.machine === 'upload-batch' ? 'batch' : 'train';
  const trackId = 'track' in command ? trackIdAt(command.track, kind) : '';
  const key = world.bucket.keyOf(person.sessionId, trackId);
  switch (command.do) {
    case 'decide':
      return person.decide(command.choice);
    case 'replace': {
      const told = await person.replace(trackId, command.content);
      const found = await world.records.read(person.sessionId);
      if (found) tally.replaced.set(trackId, found.session.runs);
      return told;
    }
    case 'delete':
      world.bucket.remove(key);
      return undefined;
    case 'overwrite':
      if (world.bucket.holds(person.sessionId)) {
        world.bucket.put(key, { content: 'text', sha256: 'ffff', size: 4 });
      }
      return undefined;
    default:
      return person[command.do]();
  }
}
