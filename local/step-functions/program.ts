import { type MachineDefinition, parseDefinition, type Retrier, type State } from './definition.ts';

/** What the adapter does itself when the engine reaches a state; the engine sees a plain task. */
export type Work =
  | {
      readonly kind: 'task';
      readonly resource: string;
      readonly timeoutSeconds: number | undefined;
      readonly retriers: readonly Retrier[];
    }
  | { readonly kind: 'wait' }
  | {
      readonly kind: 'map';
      readonly items: Program;
      readonly selected: boolean;
      readonly concurrency: number;
      readonly retriers: readonly Retrier[];
      /** Of a Distributed Map: each item is an execution of its own. */
      readonly distributed?: { readonly label: string; readonly toleratedPercentage: number };
    };

export type MapWork = Extract<Work, { kind: 'map' }>;

/** States as the engine runs them, and what the adapter knows about each. */
export interface Program {
  readonly definition: { readonly StartAt: string; readonly States: Readonly<Record<string, unknown>> };
  readonly types: ReadonlyMap<string, State['Type']>;
  readonly works: ReadonlyMap<string, Work>;
}

/** Of an inline Map (documented). */
const mostIterations = 40;
/** Of a Distributed Map (documented). */
const mostChildren = 10_000;

/**
 * The engine ends a task by its own timer; the adapter keeps time itself, so this only has to be far away and
 * still fit a timer (2³¹ ms).
 */
const never = 2_000_000;

/** Name of the state that the adapter puts before a Map's own, to evaluate its ItemSelector per item. */
export const selectItem = 'Select item (of the local runtime)';

/**
 * Turns a synthesized definition into what the engine runs. Wait, Map and Task become tasks of the adapter:
 * so every wait follows the clock, each iteration is a run of its own with a context of its own, and retries
 * wait by the clock, too.
 */
export function compile(
  name: string,
  source: unknown,
): { program: Program; timeoutSeconds: number | undefined } {
  const definition = parseDefinition(name, source);
  return { program: compileStates(definition), timeoutSeconds: definition.TimeoutSeconds };
}

function compileStates({ StartAt, States }: Pick<MachineDefinition, 'StartAt' | 'States'>): Program {
  const states: Record<string, unknown> = {};
  const works = new Map<string, Work>();
  const types = new Map<string, State['Type']>();
  for (const [name, state] of Object.entries(States)) {
    types.set(name, state.Type);
    const { definition, work } = compileState(state);
    states[name] = rewriteContextPaths(definition);
    if (work) works.set(name, work);
  }
  return { definition: { StartAt, States: states }, types, works };
}

function compileState(state: State): { definition: object; work?: Work } {
  switch (state.Type) {
    case 'Task': {
      const { Retry, TimeoutSeconds, Resource, ...rest } = state;
      return {
        definition: asTask(rest),
        work: { kind: 'task', resource: Resource, timeoutSeconds: TimeoutSeconds, retriers: Retry },
      };
    }
    case 'Wait': {
      const { Seconds, SecondsPath, ...rest } = state;
      const Parameters = SecondsPath === undefined ? { seconds: Seconds } : { 'seconds.$': SecondsPath };
      return { definition: asTask({ ...rest, Parameters, ResultPath: null }), work: { kind: 'wait' } };
    }
    case 'Map': {
      const { ItemsPath, ItemSelector, ItemProcessor, MaxConcurrency, Retry, ...others } = state;
      const { Label = 'Map', ToleratedFailurePercentage = 0, ...rest } = others;
      const isDistributed = ItemProcessor.ProcessorConfig?.Mode === 'DISTRIBUTED';
      const items = compileStates(ItemProcessor);
      return {
        definition: asTask({ ...rest, Parameters: { 'items.$': ItemsPath ?? '$', 'input.$': '$' } }),
        work: {
          kind: 'map',
          items: ItemSelector === undefined ? items : withSelector(items, ItemSelector),
          selected: ItemSelector !== undefined,
          concurrency: MaxConcurrency || (isDistributed ? mostChildren : mostIterations),
          retriers: Retry,
          ...(isDistributed && {
            distributed: { label: Label, toleratedPercentage: ToleratedFailurePercentage },
          }),
        },
      };
    }
    default:
      return { definition: state };
  }
}

function withSelector(items: Program, ItemSelector: unknown): Program {
  const { StartAt, States } = items.definition;
  const select = rewriteContextPaths({ Type: 'Pass', Parameters: ItemSelector, Next: StartAt });
  return { ...items, definition: { StartAt: selectItem, States: { [selectItem]: select, ...States } } };
}

function asTask(state: Readonly<Record<string, unknown>>): object {
  // "$" means to replace the whole, which is the default; the engine takes it for a key.
  const { ResultPath, Catch, ...rest } = state;
  return {
    ...rest,
    Type: 'Task',
    Resource: 'local',
    TimeoutSeconds: never,
    ...(ResultPath === undefined || ResultPath === '$' ? {} : { ResultPath }),
    ...(Catch === undefined ? {} : { Catch }),
  };
}

/**
 * The engine replaces `$$.Execution.Input` and `StartTime` by those of the run at hand, which in a Map is the
 * item; the adapter keeps the execution's own under another name.
 */
function rewriteContextPaths<T>(value: T): unknown {
  if (typeof value === 'string') return value.replaceAll(/\$\$\.Execution\b/g, '$$$$.Run');
  if (Array.isArray(value)) return value.map(rewriteContextPaths);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rewriteContextPaths(inner)]));
}
