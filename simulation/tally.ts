import * as z from 'zod';
import { isRunning, sessionStatuses } from '../functions/domain/session.ts';
import type { Told } from './harness/client.ts';
import type { Invocation, Step } from './harness/invocations.ts';
import type { CallFault } from './harness/provider.ts';
import type { World } from './harness/world.ts';
import type { Breakage, Command } from './plan.ts';

/** Kept apart from all records: what was done to a session, and so what may be odd about it. */
export interface Tally {
  readonly happened: string[];
  /** Times that a person said "create again". */
  words: number;
  /** Approvals that a person gave. */
  approvals: number;
  /** Functions of each name that were cut off, made to fail, or ran on beside another run. */
  readonly disturbed: Map<string, number>;
  /** The same for each track, its faulty calls included. */
  readonly reasons: Map<string, number>;
  /** Disturbances of all tracks: the process killed, a run cancelled. */
  general: number;
  /** Tracks in whose place another file was put, and how many runs the session had had by then. */
  readonly replaced: Map<string, number>;
  /** Answers that the service must never give. */
  readonly wrongAnswers: string[];
  /** From when a cancel was answered until a person went on. */
  readonly cancels: Cancelled[];
  /** Runs that an answer promised, and that must start. */
  readonly promised: Promised[];
  /** What was so when the session was deleted. */
  erased: { readonly at: number; readonly beside: boolean } | undefined;
  fault(step: Step, fault: CallFault): void;
  /** Must change nothing, except that the same request is made twice. */
  lostAnswer(step: Step): void;
  breakage(step: Step, breakage: Breakage, running: readonly Invocation[]): void;
  command(command: Command, world: World): void;
  /**
   * The answers to a command. `alone`: no other request was made meanwhile; `quiet`: and no state of the
   * machine did anything either.
   */
  told(
    command: Command,
    told: readonly Told<unknown>[],
    snapshot: {
      readonly world: World;
      readonly sessionId: string;
      readonly alone: boolean;
      readonly quiet: boolean;
    },
  ): Promise<void>;
  /** Everything has come to rest. */
  rest(world: World, sessionId: string): Promise<void>;
}

interface Cancelled {
  /** Moments of the world. */
  readonly from: number;
  to: number;
  /** Did the answer say that a paid call may be under way? */
  readonly perhaps: boolean;
}

interface Promised {
  readonly executionArn: string;
  readonly by: Command['do'];
  /** Times that the process had been killed by then. */
  readonly kills: number;
}

const add = (map: Map<string, number>, key: string | undefined) => {
  if (key !== undefined) map.set(key, (map.get(key) ?? 0) + 1);
};

/** Calls that cost real money: a training, a piece of music. */
export const paidCalls = (world: Pick<World, 'calls'>) =>
  world.calls.filter(({ call }) => call === 'create' || call === 'generate');

const cancelled = z.object({ failure: z.object({ reason: z.string() }) });
const tellsOfPaidWork = (answer: unknown) =>
  /the (training|music)/.test(cancelled.safeParse(answer).data?.failure.reason ?? '');

/** Error names allowed for a request that the session's status does not permit. */
const fair = new Set(['NotPossible', 'BadInput', 'SessionNotFound']);

/** What begins a run. */
const begins: ReadonlySet<Command['do']> = new Set(['start', 'resume', 'approve', 'decide']);
const underWay = z.object({ status: z.string() });
const promisesRun = (answer: unknown) => {
  const status = sessionStatuses.find((it) => it === underWay.safeParse(answer).data?.status);
  return status !== undefined && isRunning({ status });
};

/** What is refused, rather than tried again, when the record changes under it. */
const refusedWhenCrossed: ReadonlySet<Command['do']> = new Set(['erase', 'replace']);

export function createTally(): Tally {
  let disturbances = 0;
  let kills = 0;
  const tally: Tally = {
    happened: [],
    words: 0,
    approvals: 0,
    disturbed: new Map(),
    reasons: new Map(),
    general: 0,
    replaced: new Map(),
    wrongAnswers: [],
    cancels: [],
    promised: [],
    erased: undefined,
    fault(step, fault) {
      tally.happened.push(`${step.what}: ${wordsOf(fault)}`);
      add(tally.reasons, step.by.trackId);
    },
    lostAnswer(step) {
      tally.happened.push(`${step.by.name}: answer lost of ${step.kind}`);
    },
    breakage(step, { do: what, when }, running) {
      disturbances++;
      tally.happened.push(`${step.by.name}: ${what} ${when} ${step.kind}`);
      const hit = what === 'process-killed' ? running : [step.by];
      for (const { name, trackId } of hit) {
        add(tally.disturbed, name);
        add(tally.reasons, trackId);
      }
      if (what === 'process-killed') {
        tally.general++;
        kills++;
      }
    },
    command(command, world) {
      tally.happened.push(`a person: ${command.do}${'choice' in command ? ` ${command.choice}` : ''}`);
      if (command.do !== 'cancel' && command.do !== 'sweep') goesOn(tally, world);
    },
    async told(command, told, { world, sessionId, alone, quiet }) {
      const answered = told.some((it) => 'answer' in it);
      // A refused request has decided nothing; an unanswered one may have.
      const counts = told.some((it) => 'answer' in it || !fair.has(it.error));
      if (counts && command.do === 'decide' && command.choice === 'create-again') tally.words++;
      if (counts && command.do === 'approve') tally.approvals++;
      if (command.do === 'cancel') {
        // What ran when its execution was stopped runs on beside the next run.
        tally.general++;
        for (const { name } of world.invocations.running()) add(tally.disturbed, name);
        // The answer mentions an earlier intent: "perhaps the training, which may have been paid".
        const perhaps = told.some((it) => 'answer' in it && tellsOfPaidWork(it.answer));
        // Beside a start that is made at the same moment, the order of the two is not guaranteed.
        if (answered && alone) {
          const from = world.invocations.moment();
          tally.cancels.push({ from, to: Number.POSITIVE_INFINITY, perhaps });
        }
      }
      if (begins.has(command.do) && told.some((it) => 'answer' in it && promisesRun(it.answer))) {
        const { executionArn } = (await world.records.read(sessionId))?.session ?? {};
        if (executionArn !== undefined) tally.promised.push({ executionArn, by: command.do, kills });
      }
      if (command.do === 'erase' && answered) {
        // A function that runs on beside it, of a run that was stopped, may leave a file behind.
        const beside = !quiet || world.invocations.running().length > 0;
        tally.erased = { at: world.invocations.moment(), beside };
      }
      if (disturbances > 0) return;
      for (const it of told.filter((it) => !('unheard' in it))) {
        // The same request, twice at once, is answered alike, unless the session has changed between the two.
        // Of two concurrent changes one gets RecordConflict, where the person may have meant the other state.
        const crossed =
          !quiet && refusedWhenCrossed.has(command.do) && 'error' in it && it.error === 'RecordConflict';
        if ('error' in it && !crossed && (!fair.has(it.error) || (answered && quiet))) {
          tally.wrongAnswers.push(`${command.do} was answered with ${it.error}: ${it.reason}`);
        }
      }
    },
    async rest(world, sessionId) {
      const promised = tally.promised.splice(0);
      if (promised.length === 0) return;
      const { session } = (await world.records.read(sessionId)) ?? {};
      if (!session || !isRunning(session)) return;
      const { executionArn = '' } = session;
      const owed = promised.find((it) => it.executionArn === executionArn && it.kills === kills);
      if (!owed || (await world.history()).some(({ name }) => executionArn.endsWith(`:${name}`))) return;
      tally.wrongAnswers.push(`${owed.by} was answered as "${session.status}", and its run never began`);
    },
  };
  return tally;
}

/** A person goes on with what had been cancelled. */
export function goesOn({ cancels }: Tally, { invocations }: Pick<World, 'invocations'>): void {
  for (const cancelled of cancels) cancelled.to = Math.min(cancelled.to, invocations.moment());
}

/** A short description of a fault, for summaries. */
export function wordsOf(fault: CallFault): string {
  if (fault.kind === 'status') return `status ${fault.status}${fault.taken ? ' though taken' : ''}`;
  if (fault.kind === 'body')
    return fault.bytes ? 'enormous body' : `body "${(fault.body ?? '').slice(0, 12)}"`;
  return fault.kind;
}
