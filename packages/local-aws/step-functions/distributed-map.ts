import { randomUUID } from 'node:crypto';
import { type Branch, type Context, createBranch, type RunStates, record, remark } from './branch.ts';
import type { MapState } from './definition.ts';
import type { Evaluation } from './expression.ts';
import { createHistory, data, eventLimit } from './history.ts';
import type { Json } from './json.ts';
import { selectItems } from './lanes.ts';
import { asStateError, checkSize, runtimeError, StateError } from './state-error.ts';

/** Children of a Distributed Map at once (documented). */
const mostChildren = 10_000;

/**
 * A Distributed Map, run inline: in this process, as part of the execution that it belongs to. Each item still is an
 * execution of its own in what matters: it has its own id, a history that counts its own events up to the limit, and
 * a failure that ends nothing else until more items have failed than are tolerated. What differs from AWS: the
 * items' executions are not listed, their histories are not kept, and a restart of the runtime ends them all.
 */
export async function distribute(
  branch: Branch,
  name: string,
  map: MapState,
  effective: Evaluation,
  context: Context,
  run: RunStates,
): Promise<Json> {
  const { scope } = branch;
  const { Label = 'Map', ToleratedFailurePercentage = 0 } = map;
  const items = selectItems(map, effective);
  const children = childrenOf(items, map.ItemBatcher?.MaxItemsPerBatch);
  record(branch, 'MapStateStarted', { mapStateStartedEventDetails: { length: items.length } });
  const mapRunArn = `${scope.machineArn.replace(':stateMachine:', ':mapRun:')}/${Label}:${randomUUID()}`;
  record(branch, 'MapRunStarted', { mapRunStartedEventDetails: { mapRunArn } });

  const failed = new AbortController();
  const signal = AbortSignal.any([branch.signal, failed.signal]);
  const outputs: (Json | undefined)[] = new Array(children.length).fill(undefined);
  const seen = { failures: 0, longest: 0 };

  const child = async (index: number) => {
    const started = children[index];
    if (!started) return;
    const { input } = started;
    const full = new AbortController();
    const history = createHistory({
      now: scope.clock.now,
      keep: scope.onEvent,
      onFull: () =>
        full.abort(runtimeError(`It reached the maximum number of history events (${eventLimit}).`)),
    });
    const arn = `${scope.machineArn.replace(':stateMachine:', ':execution:')}/${Label}:${randomUUID()}`;
    const execution = {
      Id: arn,
      Input: input,
      StartTime: new Date(scope.clock.now()).toISOString(),
      Name: arn.split(':').at(-1) ?? '',
      RoleArn: scope.roleArn,
      RedriveCount: 0,
    };
    history.add('ExecutionStarted', 0, {
      executionStartedEventDetails: data('input', JSON.stringify(input)),
    });
    const own = createBranch({ ...scope, history }, AbortSignal.any([signal, full.signal]), 0);
    try {
      const childContext = { ...context, Execution: execution, Map: started.context };
      outputs[index] = await run(own, map.ItemProcessor, input, childContext);
      history.close('ExecutionSucceeded', own.last);
    } catch (thrown) {
      if (signal.aborted) return;
      seen.failures += started.items;
      const { error, reason } = asStateError(thrown);
      scope.log(`${name}, child ${index}: ${error ?? 'no error name'} (${reason ?? 'no cause'})`);
      history.close('ExecutionFailed', own.last);
      if ((100 * seen.failures) / items.length <= ToleratedFailurePercentage) return;
      const words = 'The specified tolerated failure threshold was exceeded';
      failed.abort(new StateError('States.ExceedToleratedFailureThreshold', words));
    } finally {
      seen.longest = Math.max(seen.longest, history.events.length);
    }
  };

  try {
    allow(branch);
    await inLanes(children.length, map.MaxConcurrency || mostChildren, signal, child);
    signal.throwIfAborted();
    const results = outputs.filter((output) => output !== undefined);
    checkSize(name, JSON.stringify(results));
    scope.log(
      `${name}: ${items.length} items, ${seen.failures} failed, longest history ${seen.longest} events`,
    );
    record(branch, 'MapRunSucceeded');
    remark(branch, 'MapStateSucceeded');
    return results;
  } catch (thrown) {
    branch.signal.throwIfAborted();
    const failure = asStateError(thrown);
    const { error, reason } = failure;
    record(branch, 'MapRunFailed', { mapRunFailedEventDetails: { error, cause: reason } });
    throw failure;
  }
}

interface Child {
  readonly input: Json;
  readonly context: Json;
  /** How many items it is for: all of them fail with it. */
  readonly items: number;
}

/** What each child execution takes: an item, or as many as the batcher allows, the last one what is left. */
function childrenOf(items: ReturnType<typeof selectItems>, batch: number | undefined): Child[] {
  if (batch === undefined) return items.map(({ input, context }) => ({ input, context, items: 1 }));
  return Array.from({ length: Math.ceil(items.length / batch) }, (_, index) => {
    const own = items.slice(index * batch, (index + 1) * batch);
    return { input: { Items: own.map(({ input }) => input) }, context: {}, items: own.length };
  });
}

/** Does the work for 0, 1, … with at most `atOnce` under way; begins no more once the signal says so. */
async function inLanes(
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

/** A machine starts its items' executions by its own role, as it would any other. */
function allow({ scope }: Branch): void {
  try {
    scope.authorize('states:StartExecution', scope.machineArn);
  } catch (error) {
    throw new StateError('States.Permissions', error instanceof Error ? error.message : String(error));
  }
}
