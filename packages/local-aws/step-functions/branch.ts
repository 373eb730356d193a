import type { Clock } from '../../local-servers/clock.ts';
import type { Lambda } from '../lambda.ts';
import type { Program, State } from './definition.ts';
import type { HeldUp } from './held-up.ts';
import { data, type EventDetails, type History, type HistoryEvent } from './history.ts';
import type { Json } from './json.ts';

/** What all branches of an execution share. */
export interface ExecutionScope {
  readonly clock: Clock;
  readonly lambda: Pick<Lambda, 'invoke'>;
  readonly history: History;
  /** What this machine has let the execution's tasks wait. */
  readonly heldUp: HeldUp;
  readonly roleArn: string;
  readonly machineArn: string;
  /** May the machine's role do this? @throws AwsError */
  readonly authorize: (action: string, resource: string) => void;
  /** A line for the terminal. */
  readonly log: (line: string) => void;
  /** Called with every event. */
  readonly onEvent: (event: HistoryEvent) => void;
  readonly random: () => number;
}

/** The context object, `$$`. */
export type Context = { readonly [field: string]: Json };

/** One line of states: the machine's own, an iteration of a Map, or a branch of a Parallel. */
export interface Branch {
  readonly scope: ExecutionScope;
  /** Ends the branch from outside; its reason is a `StateError`. */
  readonly signal: AbortSignal;
  /** The id of the branch's last event: what the next one follows. */
  last: number;
  /** The state that has been entered and not left. */
  current: State['Type'] | undefined;
}

/** Runs a line of states; given to those that have lines within them. */
export type RunStates = (branch: Branch, program: Program, input: Json, context: Context) => Promise<Json>;

export function createBranch(scope: ExecutionScope, signal: AbortSignal, last: number): Branch {
  return { scope, signal, last, current: undefined };
}

/** Adds an event that follows the branch's last one. */
export function record(branch: Branch, type: string, details?: EventDetails): void {
  branch.last = branch.scope.history.add(type, branch.last, details);
}

/** Adds an event that no other follows: AWS counts on from the one before. */
export function remark(branch: Branch, type: string, details?: EventDetails): void {
  branch.scope.history.add(type, branch.last, details);
}

export function enterState(branch: Branch, name: string, type: State['Type'], input: string): void {
  record(branch, `${type}StateEntered`, { stateEnteredEventDetails: { name, ...data('input', input) } });
  branch.current = type;
}

export function leaveState(branch: Branch, name: string, type: State['Type'], output: string): void {
  record(branch, `${type}StateExited`, { stateExitedEventDetails: { name, ...data('output', output) } });
  branch.current = undefined;
}

/** Types of states whose end from outside is an event of its own. */
const abortable: ReadonlySet<State['Type'] | undefined> = new Set(['Task', 'Wait', 'Map', 'Parallel']);

/** Records that the branch's state was cut off, after the event that cut it off. */
export function recordAborted(branch: Branch, cause: number): void {
  if (abortable.has(branch.current)) branch.scope.history.add(`${branch.current}StateAborted`, cause);
}
