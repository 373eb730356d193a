import type { Machine } from '../assembly.ts';
import type { Clock } from '../clock.ts';
import type { Lambda } from '../lambda.ts';
import { createBranch, runBranch } from './branch.ts';
import { type Json, loadEngine } from './engine.ts';
import type { ExecutionRecord, ExecutionStore } from './execution-store.ts';
import { createHistory, data, eventLimit, type History, type HistoryEvent } from './history.ts';
import type { Program } from './program.ts';
import { checkSize, runtimeError, StateError } from './state-error.ts';

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
  readonly program: Program;
  readonly timeoutSeconds: number | undefined;
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
  /** Told of every event. */
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
  { machine, program, timeoutSeconds }: CompiledMachine,
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
    recordEnd(history, { status, ...details });
    store.flush();
    store.save(record);
    ended.abort(new StateError(status, details.cause ?? '', { terminal: true }));
    onEnd(record);
  };

  store.save(record);
  const started = history.add('ExecutionStarted', 0, {
    executionStartedEventDetails: { ...data('input', record.input), roleArn: machine.roleArn },
  });
  const run = async () => {
    const input: Json = JSON.parse(record.input);
    const execution = {
      Id: record.executionArn,
      Name: record.name,
      RoleArn: machine.roleArn,
      StartTime: new Date(record.startDate).toISOString(),
      Input: input,
      RedriveCount: 0,
    };
    const context = {
      Execution: execution,
      Run: execution,
      StateMachine: { Id: machine.arn, Name: machine.name },
    };
    const engine = await clock.busy(loadEngine);
    const scope = {
      engine,
      clock,
      lambda,
      history,
      roleArn: machine.roleArn,
      machineArn: machine.arn,
      authorize: (action: string, resource: string) => authorize(machine.roleArn, action, resource),
      log: (line: string) => log(`execution ${record.name}: ${line}`),
      onEvent,
      context,
      random,
    };
    const output = await runBranch(createBranch(scope, ended.signal, started), program, input);
    const json = JSON.stringify(output) ?? 'null';
    checkSize('the output of the execution', json);
    return json;
  };
  run().then(
    (output) => end({ status: 'SUCCEEDED', output }),
    (error: unknown) => {
      const { name, message } = error instanceof StateError ? error : runtimeError(String(error));
      end({ status: 'FAILED', error: name, ...(message === '' ? {} : { cause: message }) });
    },
  );
  if (timeoutSeconds !== undefined) {
    clock.sleep(timeoutSeconds * 1000, ended.signal).then(
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

/** The last event. The name of a time-out is only there, not in the execution's own fields, as in AWS. */
function recordEnd(history: History, { status, output, ...failure }: Ending): void {
  const [type, field] = endEvents[status];
  const details =
    output !== undefined
      ? data('output', output)
      : status === 'TIMED_OUT'
        ? { error: 'States.Timeout' }
        : failure;
  history.close(type, { [field]: details });
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
    previousEventId: lastId,
    type: 'ExecutionAborted',
    timestamp: Math.round(now),
    executionAbortedEventDetails: interruption,
  });
  store.flush();
  store.save(record);
}
