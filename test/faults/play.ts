import type { SessionAnswer } from '../../functions/api/contract.ts';
import { errorAt } from './error-at.ts';
import { goOn } from './go-on.ts';
import type { Breakage, Command, Plan } from './plan.ts';
import type { Step } from './rig/invocations.ts';
import { openSession, type Person, type Told } from './rig/person.ts';
import { openWorld, type World, type WorldInterference, type WorldOptions } from './rig/world.ts';
import { seen } from './seen.ts';
import { createTally } from './tally.ts';
import { violations } from './violations.ts';

/** What came of a plan. */
export interface Report {
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

const isCommand = (what: Command | Breakage): what is Command => !('when' in what);
const isBreakage = (what: Command | Breakage): what is Breakage => 'when' in what;

/** Plays a plan: a session is started, everything planned happens, and then somebody goes on without faults. */
export async function play(plan: Plan, options: Pick<WorldOptions, 'table' | 'fence'> = {}): Promise<Report> {
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
  let underWay = 0;
  let commands = 0;

  const interfere = (step: Step): WorldInterference | undefined => {
    if (faultless || !person) return undefined;
    const nth = { all: count('all'), own: count(step.by.name) };
    const call = step.what === 'status' && step.by.name === 'Check training' ? 'training' : step.what;
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
      setImmediate(() => void carryOut({ do: 'sweep', twice: false }));
      return { kind, when };
    }
    return { kind: 'throws', when, error: errorAt(step, kind) };
  };

  const world = await openWorld({ seed: plan.seed, interfere, ...options });
  try {
    const { skipInvalid, review, files } = plan;
    const opened = await openSession(world, files, { skipInvalid, review });
    person = opened;
    await carryOut({ do: 'start', twice: false });
    await world.settled();
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
    const ended = await seen(opened);
    const broken = await violations(world, opened, plan, tally);
    const stuck = await goOn(world, opened, plan.choices, tally);
    const final = await seen(opened);
    const brokenLater = await violations(world, opened, plan, tally);
    return {
      happened: tally.happened,
      ended,
      final,
      credits: world.sandbox.ledger().reduce((sum, { credits }) => sum + credits, 0),
      runs: (await world.history()).length,
      violations: [...new Set([...broken, ...(stuck === undefined ? [] : [stuck]), ...brokenLater])],
    };
  } finally {
    await world.close();
  }

  async function carryOut(command: Command): Promise<void> {
    if (!person) return;
    const once = () => request(world, command, person);
    tally.command(command);
    const alone = underWay++ === 0;
    const before = ++commands;
    const told = await Promise.all('twice' in command && command.twice ? [once(), once()] : [once()]);
    underWay--;
    tally.told(
      command,
      told.filter((it) => it !== undefined),
      { world, alone: alone && commands === before },
    );
  }
}

async function request(world: World, command: Command, person: Person): Promise<Told<unknown> | undefined> {
  const trackId = 'track' in command ? String(command.track + 1).padStart(3, '0') : '';
  const key = `audio/${person.sessionId}/${trackId}`;
  switch (command.do) {
    case 'decide':
      return person.decide(command.choice);
    case 'replace':
      return person.replace(trackId, command.content);
    case 'delete':
      world.bucket.remove(key);
      return undefined;
    case 'overwrite':
      world.bucket.put(key, 'text', 'ffff');
      return undefined;
    default:
      return person[command.do]();
  }
}
