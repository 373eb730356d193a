import type { Clock } from '../../local-servers/clock.ts';
import type { Machine } from '../assembly.ts';
import type { Lambda } from '../lambda.ts';
import { createBranch } from './branch.ts';
import type { MachineDefinition } from './definition.ts';
import type { ExecutionRecord, ExecutionStore } from './execution-store.ts';
import { createHeldUp, type HeldUp } from './held-up.ts';
import { createHistory, data, eventLimit, type History, type HistoryEvent } from './history.ts';
import { runStates } from './interpreter.ts';
import { asStateError, StateError } from './state-error.ts';

/** How an execution ended, beyond its status. */
interface Ending {
  readonly status: Exclude<ExecutionRecord['status'], 'RUNNING'>;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
}

export interface RunningExecution {
  readonly record: ExecutionRecord;
  readonly history: Pick<History, 'events'>;
  /** Ends it from outside; does nothing when it has ended. A function that runs, runs on, as in AWS. */
  stop(error: string | undefined, cause: string | undefined): void;
}

export interface CompiledMachine {
  readonly machine: Machine;
  readonly definition: MachineDefinition;
}

export interface ExecutionDependencies {
  readonly clock: Clock;
  readonly lambda: Pick<Lambda, 'invoke'>;
  readonly store: ExecutionStore;
  /** Called once, when it has ended and its end is on disk. */
  readonly onEnd: (record: ExecutionRecord) => void;
  readonly random: () => number;
  /** May the role do this? @throws AwsError */
  readonly authorize: (roleArn: string, action: string, resource: string) => void;
  readonly log: (line: string) => void;
  /** Called for every event. */
  readonly onEvent: (event: HistoryEvent) => void;
}

const endEvents = {
  SUCCEEDED: ['ExecutionSucceeded', 'executionSucceededEventDetails'],
  FAILED: ['ExecutionFailed', 'executionFailedEventDetails'],
  TIMED_OUT: ['ExecutionTimedOut', 'executionTimedOutEventDetails'],
  ABORTED: ['ExecutionAborted', 'executionAbortedEventDetails'],
} as const;

/** Starts an execution; it is on disk when this returns. */
export function startExecution(
  { machine, definition }: CompiledMachine,
  record: ExecutionRecord,
  { clock, lambda, store, onEnd, random, authorize, log, onEvent }: ExecutionDependencies,
): RunningExecution {
  const ended = new AbortController();
  const history = createHistory({
    now: clock.now,
    keep: (event) => {
      store.append(record, event);
      onEvent(event);
    },
    onFull: () =>
      end({
        status: 'FAILED',
        error: 'States.Runtime',
        cause: `The execution reached the maximum number of history events (${eventLimit}).`,
      }),
  });
  const end = ({ status, ...details }: Ending) => {
    if (record.status !== 'RUNNING') return;
    Object.assign(record, details, { status, stopDate: Math.round(clock.now()) });
    recordEnd(history, branch.last, { status, ...details });
    store.flush();
    store.save(record);
    ended.abort(new StateError(status, details.cause, { terminal: true }));
    onEnd(record);
  };

  store.save(record);
  history.add('ExecutionStarted', 0, {
    executionStartedEventDetails: { ...data('input', record.input), roleArn: machine.roleArn },
  });
  const heldUp = createHeldUp(clock.now);
  const scope = {
    clock,
    lambda,
    history,
    heldUp,
    roleArn: machine.roleArn,
    machineArn: machine.arn,
    authorize: (action: string, resource: string) => authorize(machine.roleArn, action, resource),
    log: (line: string) => log(`execution ${record.name}: ${line}`),
    onEvent,
    random,
  };
  // The first state names no predecessor, as in AWS.
  const branch = createBranch(scope, ended.signal, 0);
  const input = JSON.parse(record.input);
  const context = {
    Execution: {
      Id: record.executionArn,
      Input: input,
      StartTime: new Date(record.startDate).toISOString(),
      Name: record.name,
      RoleArn: machine.roleArn,
      RedriveCount: 0,
    },
    StateMachine: { Id: machine.arn, Name: machine.name },
  };
  // The caller is answered before the first state begins.
  Promise.resolve()
    .then(() => runStates(branch, definition, input, context))
    .then(
      (output) => end({ status: 'SUCCEEDED', output: JSON.stringify(output) }),
      (thrown: unknown) => {
        const { error, reason } = asStateError(thrown);
        end({
          status: 'FAILED',
          ...(error === undefined ? {} : { error }),
          ...(reason === undefined ? {} : { cause: reason }),
        });
      },
    );
  const timeoutSeconds = definition.TimeoutSeconds;
  if (timeoutSeconds !== undefined) {
    outlasts(timeoutSeconds * 1000, { clock, heldUp, signal: ended.signal }).then(
      () => end({ status: 'TIMED_OUT' }),
      () => {},
    );
  }
  return {
    record,
    history,
    stop: (error, cause) =>
      end({
        status: 'ABORTED',
        ...(error === undefined ? {} : { error }),
        ...(cause === undefined ? {} : { cause }),
      }),
  };
}

/** Resolves after so many milliseconds of the clock in which this machine did not let the execution wait. */
async function outlasts(
  milliseconds: number,
  { clock, heldUp, signal }: { clock: Clock; heldUp: HeldUp; signal: AbortSignal },
): Promise<void> {
  const started = clock.now();
  for (let left = milliseconds; left > 0; ) {
    await clock.sleep(left, signal);
    left = milliseconds + heldUp.milliseconds() - (clock.now() - started);
  }
}

/** The last event. The name of a time-out is only there, not in the execution's own fields, as in AWS. */
function recordEnd(history: History, last: number, { status, output, ...failure }: Ending): void {
  const [type, field] = endEvents[status];
  const details =
    output !== undefined
      ? data('output', output)
      : status === 'TIMED_OUT'
        ? { error: 'States.Timeout' }
        : failure;
  // What ends it from outside follows no event.
  const isOutside = status === 'ABORTED' || status === 'TIMED_OUT';
  history.close(type, isOutside ? 0 : last, { [field]: details });
}

/** What became of executions that ran when the runtime was killed: they cannot be continued, and say so. */
export const interruption = {
  error: 'Local.RuntimeStopped',
  cause: 'the local runtime stopped while this execution ran',
} as const;

/** Marks an execution of an earlier run as ended, in its record and its history. */
export function markInterrupted(record: ExecutionRecord, store: ExecutionStore, now: number): void {
  const lastId = store.history(record).at(-1)?.id ?? 0;
  Object.assign(record, interruption, { status: 'ABORTED', stopDate: Math.round(now) });
  store.append(record, {
    id: lastId + 1,
    previousEventId: 0,
    type: 'ExecutionAborted',
    timestamp: Math.round(now),
    executionAbortedEventDetails: interruption,
  });
  store.flush();
  store.save(record);
}
