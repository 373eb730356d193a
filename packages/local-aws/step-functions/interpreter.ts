import { type Branch, type Context, enterState, leaveState, type RunStates, record } from './branch.ts';
import type { ChoiceState, FailState, PassState, State } from './definition.ts';
import { distribute } from './distributed-map.ts';
import { type Evaluation, type Expression, evaluate } from './expression.ts';
import type { Json } from './json.ts';
import { iterate, runBranches } from './lanes.ts';
import { type Path, readPath, writePath } from './path.ts';
import { matchesError, withRetries } from './retry.ts';
import { checkSize, EvaluationError, runtimeError, StateError } from './state-error.ts';
import { invokeFunction } from './task.ts';
import { fill, type Template } from './template.ts';
import { wait } from './wait.ts';

/** Where a state leads, and with what. */
interface Transition {
  readonly output: Json;
  /** Undefined at the end. */
  readonly next: string | undefined;
}

/**
 * Runs states one after the other and records them.
 * @returns the last state's output
 * @throws StateError, or the signal's reason
 */
export const runStates: RunStates = async (branch, program, input, context) => {
  let value = input;
  let json = JSON.stringify(value);
  checkSize(program.StartAt, json);
  let next: string | undefined = program.StartAt;
  while (next !== undefined) {
    const name: string = next;
    branch.signal.throwIfAborted();
    const state = program.States[name];
    if (!state) throw runtimeError(`there is no state ${name}`);
    enterState(branch, name, state.Type, json);
    const entered = branch.last;
    try {
      const transition: Transition = await runState(branch, name, state, value, context);
      branch.signal.throwIfAborted();
      if (transition.output !== value) {
        value = transition.output;
        json = JSON.stringify(value);
        checkSize(name, json);
      }
      leaveState(branch, name, state.Type, json);
      next = transition.next;
    } catch (error) {
      throw locate(error, name, entered);
    }
  }
  return value;
};

/** What was found while fields were evaluated becomes a failure of the state. */
function locate(error: unknown, name: string, entered: number): unknown {
  if (!(error instanceof EvaluationError)) return error;
  const reason = `An error occurred while executing the state '${name}' (entered at the event id #${entered}). ${error.message}`;
  return error.error === 'States.Runtime' ? runtimeError(reason) : new StateError(error.error, reason);
}

async function runState(
  branch: Branch,
  name: string,
  state: State,
  input: Json,
  inherited: Context,
): Promise<Transition> {
  const { clock, random } = branch.scope;
  const entered = branch.last;
  const own: Context = { Name: name, EnteredTime: new Date(clock.now()).toISOString() };
  const data = (value: Json, more: Context = {}): Evaluation => ({
    value,
    context: { ...inherited, State: { ...own, ...more } },
    random,
  });
  const plain = data(input);

  switch (state.Type) {
    case 'Fail':
      throw fail(state, plain);
    case 'Succeed':
      return { output: select(state.OutputPath, data(select(state.InputPath, plain))), next: undefined };
    case 'Choice':
      return choose(name, state, data(select(state.InputPath, plain)));
    case 'Pass':
      return { output: pass(state, input, data), next: state.Next };
    case 'Wait': {
      const effective = data(select(state.InputPath, plain));
      await wait(state, effective, branch);
      return { output: select(state.OutputPath, effective), next: state.Next };
    }
    case 'Task':
    case 'Map':
    case 'Parallel': {
      let failedInside = false;
      const attempt = async (retries: number): Promise<Transition> => {
        failedInside = false;
        try {
          const counted = data(input, { RetryCount: retries });
          const effective = { ...counted, value: select(state.InputPath, counted) };
          const result = await perform(branch, name, state, effective, inherited).catch((error: unknown) => {
            failedInside = state.Type !== 'Task' && !(error instanceof EvaluationError);
            throw error;
          });
          const selected = { ...counted, value: result };
          const chosen = state.ResultSelector ? fill(state.ResultSelector, selected) : result;
          const combined = combine(state.ResultPath, input, chosen);
          return { output: select(state.OutputPath, { ...counted, value: combined }), next: state.Next };
        } catch (error) {
          throw locate(error, name, entered);
        }
      };
      try {
        return await withRetries(state.Retry, { clock, random, signal: branch.signal }, attempt);
      } catch (error) {
        branch.signal.throwIfAborted();
        if (failedInside) record(branch, `${state.Type}StateFailed`);
        const catcher =
          error instanceof StateError
            ? state.Catch.find(({ ErrorEquals }) => matchesError(ErrorEquals, error))
            : undefined;
        if (!catcher || !(error instanceof StateError)) throw error;
        const caught = { Error: error.error ?? '', Cause: error.reason ?? '' };
        return { output: combine(catcher.ResultPath, input, caught), next: catcher.Next };
      }
    }
  }
}

type Working = Extract<State, { Type: 'Task' | 'Map' | 'Parallel' }>;

async function perform(
  branch: Branch,
  name: string,
  state: Working,
  effective: Evaluation,
  context: Context,
): Promise<Json> {
  switch (state.Type) {
    case 'Task':
      return invokeFunction(branch, name, state, withTemplate(state.Parameters, effective));
    case 'Parallel':
      return runBranches(branch, state, withTemplate(state.Parameters, effective), context, runStates);
    case 'Map': {
      const run = state.ItemProcessor.ProcessorConfig?.Mode === 'DISTRIBUTED' ? distribute : iterate;
      return run(branch, name, state, effective, context, runStates);
    }
  }
}

function withTemplate(template: Template | undefined, data: Evaluation): Json {
  return template ? fill(template, data) : data.value;
}

/** InputPath or OutputPath: null gives an empty object. */
function select(path: Path | null | undefined, data: Evaluation): Json {
  if (path === undefined) return data.value;
  if (path === null) return {};
  const found = readPath(path, data);
  if ('value' in found) return found.value;
  throw new EvaluationError(`Invalid path '${path.text}' : ${found.missing}`);
}

/** ResultPath: null keeps the input, `$` (the default) replaces it. */
function combine(path: Path | null | undefined, input: Json, result: Json): Json {
  if (path === undefined) return result;
  if (path === null) return input;
  const combined = writePath(path, input, result);
  if (combined !== undefined) return combined;
  throw new EvaluationError(
    `Unable to apply ReferencePath ${path.text} to input ${JSON.stringify(input)}`,
    'States.ResultPathMatchFailure',
  );
}

function pass(state: PassState, input: Json, data: (value: Json) => Evaluation): Json {
  const effective = data(select(state.InputPath, data(input)));
  const result = state.Result === undefined ? withTemplate(state.Parameters, effective) : state.Result;
  return select(state.OutputPath, data(combine(state.ResultPath, input, result)));
}

function choose(name: string, state: ChoiceState, effective: Evaluation): Transition {
  const next = state.Choices.find(({ holds }) => holds(effective))?.Next ?? state.Default;
  if (next === undefined) {
    throw new EvaluationError(`no rule of ${name} holds, and it has no Default`, 'States.NoChoiceMatched');
  }
  return { output: select(state.OutputPath, effective), next };
}

function fail(state: FailState, data: Evaluation): StateError {
  const text = (field: 'ErrorPath' | 'CausePath', expression: Expression | undefined) => {
    if (!expression) return undefined;
    const value = evaluate(expression, field, data);
    if (typeof value === 'string') return value;
    throw new EvaluationError(`The ${field} field must give a string, not ${JSON.stringify(value)}`);
  };
  return new StateError(
    state.Error ?? text('ErrorPath', state.ErrorPath),
    state.Cause ?? text('CausePath', state.CausePath),
  );
}
