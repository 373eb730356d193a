import type { Clock } from '../clock.ts';
import type { Lambda } from '../lambda.ts';
import { distribute } from './distributed-map.ts';
import type { Engine, Json } from './engine.ts';
import { data, type EventDetails, type History, type HistoryEvent } from './history.ts';
import { type MapWork, type Program, selectItem, type Work } from './program.ts';
import { withRetries } from './retry.ts';
import { checkSize, nameInvocationError, runtimeError, StateError } from './state-error.ts';

/** What all branches of an execution share. */
export interface ExecutionScope {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly lambda: Pick<Lambda, 'invoke'>;
  readonly history: History;
  readonly roleArn: string;
  readonly machineArn: string;
  /** May the machine's role do this? @throws AwsError */
  readonly authorize: (action: string, resource: string) => void;
  /** A line for the terminal. */
  readonly log: (line: string) => void;
  /** Told of every event. */
  readonly onEvent: (event: HistoryEvent) => void;
  /** The context object, `$$`. */
  readonly context: Readonly<Record<string, unknown>>;
  readonly random: () => number;
}

/** One line of states: the machine's own, or an iteration of a Map. */
export interface Branch {
  readonly scope: ExecutionScope;
  /** Ends the branch from outside; its reason is a {@link StateError}. */
  readonly signal: AbortSignal;
  /** Adds an event that follows the branch's last one. */
  record(type: string, details?: EventDetails): void;
  /** The id of the branch's last event. */
  last(): number;
}

export function createBranch(scope: ExecutionScope, signal: AbortSignal, previous: number): Branch {
  let last = previous;
  return {
    scope,
    signal,
    last: () => last,
    record(type, details) {
      last = scope.history.add(type, last, details);
    },
  };
}

/**
 * Runs a program's states one after the other and records them.
 * @returns the last state's output
 * @throws StateError, or the signal's reason
 */
export async function runBranch(
  branch: Branch,
  program: Program,
  input: Json,
  context: Readonly<Record<string, unknown>> = branch.scope.context,
): Promise<Json> {
  const { signal, scope } = branch;
  signal.throwIfAborted();
  // The engine calls a handler before it tells of the state's entry; the handler waits for the telling.
  let entered = Promise.withResolvers<void>();
  const handlers = Object.fromEntries(
    [...program.works].map(([name, work]) => [
      name,
      async (taskInput: Json) => {
        signal.throwIfAborted();
        await entered.promise;
        signal.throwIfAborted();
        entered = Promise.withResolvers();
        return perform(branch, name, work, taskInput, context);
      },
    ]),
  );
  const machine = scope.engine.create(program.definition);
  const run = machine.run(input, { overrides: { taskResourceLocalHandlers: handlers }, context });
  const abort = () => {
    run.abort();
    entered.resolve();
  };
  signal.addEventListener('abort', abort, { once: true });

  const telling = (async () => {
    for await (const event of run.eventLogs) {
      if (signal.aborted || !('state' in event)) continue;
      recordState(branch, program, event.type, event.state);
      if (event.type === 'StateEntered' && program.works.has(event.state.name)) entered.resolve();
    }
  })();
  try {
    const [output] = await Promise.all([run.result, telling]);
    signal.throwIfAborted();
    return output;
  } catch (error) {
    signal.throwIfAborted();
    await telling;
    throw nameEngineError(error);
  } finally {
    signal.removeEventListener('abort', abort);
    abort(); // Does nothing to a run that has ended; stops one whose data grew too large.
  }
}

/** The error that ended the engine's run is the cause of the one that it throws. */
function nameEngineError(error: unknown): StateError {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (inner instanceof StateError) return inner;
  if (!(inner instanceof Error)) return runtimeError(String(inner));
  // A programming error of the engine, such as a state that does not exist.
  if (inner instanceof TypeError || inner instanceof RangeError) return runtimeError(inner.message);
  return new StateError(inner.name, inner.message);
}

function recordState(
  branch: Branch,
  program: Program,
  type: string,
  state: { readonly name: string; readonly input: Json; readonly output?: Json },
): void {
  if (state.name === selectItem) return;
  const stateType = program.types.get(state.name) ?? 'Task';
  if (type === 'StateEntered') {
    const input = JSON.stringify(state.input) ?? 'null';
    branch.record(`${stateType}StateEntered`, {
      stateEnteredEventDetails: { name: state.name, ...data('input', input) },
    });
  } else if (type === 'StateExited') {
    const output = JSON.stringify(state.output) ?? 'null';
    checkSize(`the output of "${state.name}"`, output);
    branch.record(`${stateType}StateExited`, {
      stateExitedEventDetails: { name: state.name, ...data('output', output) },
    });
  }
}

async function perform(
  branch: Branch,
  name: string,
  work: Work,
  input: Json,
  context: Readonly<Record<string, unknown>>,
): Promise<Json> {
  const { clock, random } = branch.scope;
  switch (work.kind) {
    case 'wait':
      return wait(branch, name, input);
    case 'task':
      return withRetries(work.retriers, { clock, random, signal: branch.signal }, () =>
        invoke(branch, name, work, input),
      );
    case 'map':
      return withRetries(work.retriers, { clock, random, signal: branch.signal }, () =>
        (work.distributed ? distribute : iterate)(branch, name, work, input, context),
      );
  }
}

async function wait({ scope, signal }: Branch, name: string, input: Json): Promise<Json> {
  const seconds = readField(input, 'seconds');
  if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds < 0) {
    throw runtimeError(
      `the seconds that "${name}" waits must be a whole number, not ${JSON.stringify(seconds)}`,
    );
  }
  await scope.clock.sleep(seconds * 1000, signal);
  return {};
}

async function invoke(
  branch: Branch,
  name: string,
  { resource, timeoutSeconds }: Extract<Work, { kind: 'task' }>,
  input: Json,
): Promise<Json> {
  const { clock, lambda, roleArn } = branch.scope;
  const payload = JSON.stringify(input);
  checkSize(`the payload of "${name}"`, payload);
  branch.record('LambdaFunctionScheduled', {
    lambdaFunctionScheduledEventDetails: {
      resource,
      ...data('input', payload),
      ...(timeoutSeconds === undefined ? {} : { timeoutInSeconds: timeoutSeconds }),
    },
  });
  branch.record('LambdaFunctionStarted');
  try {
    const output = await clock.busy(() =>
      within(timeoutSeconds, branch.signal, lambda.invoke(resource, input, { roleArn })),
    );
    const json = JSON.stringify(output) ?? 'null';
    checkSize(`the result of "${name}"`, json);
    branch.record('LambdaFunctionSucceeded', {
      lambdaFunctionSucceededEventDetails: data('output', json),
    });
    return JSON.parse(json);
  } catch (error) {
    branch.signal.throwIfAborted();
    const named = nameInvocationError(error);
    if (named.name === 'States.Timeout') {
      branch.record('LambdaFunctionTimedOut', {
        lambdaFunctionTimedOutEventDetails: { error: named.name },
      });
    } else {
      branch.record('LambdaFunctionFailed', {
        lambdaFunctionFailedEventDetails: { error: named.name, cause: named.message },
      });
    }
    throw named;
  }
}

/**
 * A task's time-out counts the wall's seconds, at any speed: what a function does takes as long as it takes.
 * As in AWS, the function is not told; its answer comes to nobody.
 */
async function within<T>(seconds: number | undefined, signal: AbortSignal, work: Promise<T>): Promise<T> {
  const ended = Promise.withResolvers<never>();
  const abort = () => ended.reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  const late = () => ended.reject(new StateError('States.Timeout', ''));
  const timer = seconds === undefined ? undefined : setTimeout(late, seconds * 1000);
  try {
    return await Promise.race([work, ended.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

/** An inline Map: each item runs on its own; the first that fails ends the others. */
async function iterate(
  branch: Branch,
  name: string,
  map: MapWork,
  input: Json,
  context: Readonly<Record<string, unknown>>,
): Promise<Json[]> {
  const items = itemsOf(name, input);
  branch.record('MapStateStarted', { mapStateStartedEventDetails: { length: items.length } });
  const failed = new AbortController();
  const signal = AbortSignal.any([branch.signal, failed.signal]);
  const outputs: Json[] = new Array(items.length).fill(null);
  const started = branch.last();

  const iteration = async (index: number) => {
    const value = items[index] ?? null;
    const details = { name, index };
    const own = createBranch(branch.scope, signal, started);
    own.record('MapIterationStarted', { mapIterationStartedEventDetails: details });
    try {
      outputs[index] = await runBranch(own, map.items, map.selected ? readField(input, 'input') : value, {
        ...context,
        Map: { Item: { Index: index, Value: value } },
      });
      own.record('MapIterationSucceeded', { mapIterationSucceededEventDetails: details });
    } catch (error) {
      if (signal.aborted) own.record('MapIterationAborted', { mapIterationAbortedEventDetails: details });
      else own.record('MapIterationFailed', { mapIterationFailedEventDetails: details });
      failed.abort(error);
    }
  };
  await inLanes(items.length, map.concurrency, signal, iteration);
  branch.signal.throwIfAborted();
  if (failed.signal.aborted) {
    branch.record('MapStateFailed');
    throw failed.signal.reason;
  }
  branch.record('MapStateSucceeded');
  return outputs;
}

/** The items of a Map. @throws StateError when its path leads to something else */
export function itemsOf(name: string, input: Json): Json[] {
  const items = readField(input, 'items');
  if (!Array.isArray(items)) throw runtimeError(`"${name}" needs an array of items`);
  return items;
}

/** Does the work for 0, 1, … with at most `atOnce` under way; begins no more once the signal says so. */
export async function inLanes(
  count: number,
  atOnce: number,
  signal: AbortSignal,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count && !signal.aborted) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, lane));
}

export function readField(value: Json, field: string): Json {
  return typeof value === 'object' && value !== null
    ? (Object.entries(value).find(([key]) => key === field)?.[1] ?? null)
    : null;
}
