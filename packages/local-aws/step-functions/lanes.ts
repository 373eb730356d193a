import {
  type Branch,
  type Context,
  createBranch,
  type RunStates,
  record,
  recordAborted,
  remark,
} from './branch.ts';
import type { MapState, ParallelState } from './definition.ts';
import type { Evaluation } from './expression.ts';
import type { EventDetails } from './history.ts';
import type { Json } from './json.ts';
import { readPath } from './path.ts';
import { asStateError, EvaluationError } from './state-error.ts';
import { fill } from './template.ts';

/** Iterations of an inline Map at once (documented). */
const mostIterations = 40;

/** An inline Map: each item runs on its own; the first that fails ends the others. */
export async function iterate(
  branch: Branch,
  name: string,
  map: MapState,
  effective: Evaluation,
  context: Context,
  run: RunStates,
): Promise<Json> {
  const items = selectItems(map, effective);
  record(branch, 'MapStateStarted', { mapStateStartedEventDetails: { length: items.length } });
  return runLanes(branch, {
    type: 'Map',
    count: items.length,
    atOnce: map.MaxConcurrency || mostIterations,
    details: (event, index) => ({ [`mapIteration${event}EventDetails`]: { name, index } }),
    run: async (own, index) => {
      const item = items[index];
      return item ? run(own, map.ItemProcessor, item.input, { ...context, Map: item.context }) : null;
    },
  });
}

/** A Parallel: every branch takes the same input. */
export async function runBranches(
  branch: Branch,
  { Branches }: ParallelState,
  input: Json,
  context: Context,
  run: RunStates,
): Promise<Json> {
  record(branch, 'ParallelStateStarted');
  return runLanes(branch, {
    type: 'Parallel',
    count: Branches.length,
    atOnce: Branches.length,
    run: async (own, index) => {
      const program = Branches[index];
      return program ? run(own, program, input, context) : null;
    },
  });
}

/** What an iteration takes, and its part of the context object. */
interface Item {
  readonly input: Json;
  readonly context: { Item: { Index: number; Value: Json } };
}

/** The items of a Map. @throws EvaluationError when its path leads to something else */
export function selectItems({ ItemsPath, ItemSelector }: MapState, effective: Evaluation): Item[] {
  const found = ItemsPath ? readPath(ItemsPath, effective) : { value: effective.value };
  if ('missing' in found) throw new EvaluationError(`Invalid path '${ItemsPath?.text}' : ${found.missing}`);
  if (!Array.isArray(found.value)) {
    throw new EvaluationError(`Reference path "${ItemsPath?.text ?? '$'}" must point to array.`);
  }
  return found.value.map((value, index) => {
    const own = { Item: { Index: index, Value: value } };
    const context = { ...effective.context, Map: own };
    return { input: ItemSelector ? fill(ItemSelector, { ...effective, context }) : value, context: own };
  });
}

interface Lanes {
  readonly type: 'Map' | 'Parallel';
  readonly count: number;
  /** At least 1. */
  readonly atOnce: number;
  /** Of an iteration's own events; a branch of a Parallel has none. */
  details?(event: 'Started' | 'Succeeded' | 'Failed' | 'Aborted', index: number): EventDetails;
  run(own: Branch, index: number): Promise<Json>;
}

/** Runs lines of states beside one another. What they record is in the order and with the predecessors of AWS. */
async function runLanes(branch: Branch, { type, count, atOnce, details, run }: Lanes): Promise<Json[]> {
  const failed = new AbortController();
  const signal = AbortSignal.any([branch.signal, failed.signal]);
  const outputs: Json[] = new Array(count).fill(null);
  const underWay = new Map<number, Branch>();
  let failure: { readonly index: number; readonly last: number } | undefined;
  let last = branch.last;

  const begin = (index: number, previous: number): Branch => {
    const own = createBranch(branch.scope, signal, previous);
    underWay.set(index, own);
    if (details) record(own, `${type}IterationStarted`, details('Started', index));
    return own;
  };
  const finish = async (own: Branch, index: number): Promise<void> => {
    try {
      outputs[index] = await run(own, index);
      signal.throwIfAborted();
      underWay.delete(index);
      last = details
        ? branch.scope.history.add(`${type}IterationSucceeded`, own.last, details('Succeeded', index))
        : own.last;
    } catch (error) {
      if (signal.aborted) return;
      failure = { index, last: own.last };
      failed.abort(error);
    }
  };
  let next = Math.min(atOnce, count);
  const lane = async (first: Branch, start: number) => {
    let own = first;
    await finish(own, start);
    while (next < count && !signal.aborted) {
      const index = next++;
      own = begin(index, own.last);
      await finish(own, index);
    }
  };
  // All items that may start at once are started before the first goes on.
  const firsts = Array.from({ length: next }, (_, index) => begin(index, branch.last));
  await Promise.all(firsts.map(lane));
  branch.signal.throwIfAborted();

  if (failure) {
    branch.last = failure.last;
    for (const [index, own] of [...underWay].sort(([a], [b]) => a - b)) {
      const event = index === failure.index ? 'Failed' : 'Aborted';
      if (details) remark(branch, `${type}Iteration${event}`, details(event, index));
      recordAborted(own, failure.last);
    }
    throw asStateError(failed.signal.reason);
  }
  branch.last = last;
  remark(branch, `${type}StateSucceeded`);
  return outputs;
}
