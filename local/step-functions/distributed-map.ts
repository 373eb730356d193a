import { randomUUID } from 'node:crypto';
import { type Branch, createBranch, inLanes, itemsOf, readField, runBranch } from './branch.ts';
import type { Json } from './engine.ts';
import { createHistory, data, eventLimit } from './history.ts';
import type { MapWork } from './program.ts';
import { checkSize, runtimeError, StateError } from './state-error.ts';

/**
 * A Distributed Map, run inline: in this process, as part of the execution that it belongs to. Each item still is an
 * execution of its own in what matters: it has its own id, a history that counts its own events up to the limit, and
 * a failure that ends nothing else until more items have failed than are tolerated. What differs from AWS: the
 * items' executions are not listed, their histories are not kept, and a restart of the runtime ends them all.
 */
export async function distribute(
  branch: Branch,
  name: string,
  map: MapWork,
  input: Json,
  context: Readonly<Record<string, unknown>>,
): Promise<Json[]> {
  const { scope } = branch;
  const { label = '', toleratedPercentage = 0 } = map.distributed ?? {};
  const items = itemsOf(name, input);
  const run = randomUUID();
  branch.record('MapStateStarted', { mapStateStartedEventDetails: { length: items.length } });
  const mapRunArn = `${scope.machineArn.replace(':stateMachine:', ':mapRun:')}/${label}:${run}`;
  branch.record('MapRunStarted', { mapRunStartedEventDetails: { mapRunArn } });

  const failed = new AbortController();
  const signal = AbortSignal.any([branch.signal, failed.signal]);
  const outputs: (Json | undefined)[] = new Array(items.length).fill(undefined);
  const seen = { failures: 0, longest: 0 };

  const child = async (index: number) => {
    const value = items[index] ?? null;
    const childInput = map.selected ? readField(input, 'input') : value;
    const full = new AbortController();
    const history = createHistory({
      now: scope.clock.now,
      keep: scope.onEvent,
      onFull: () =>
        full.abort(runtimeError(`It reached the maximum number of history events (${eventLimit}).`)),
    });
    const arn = `${scope.machineArn.replace(':stateMachine:', ':execution:')}/${label}:${randomUUID()}`;
    const execution = {
      Id: arn,
      Name: arn.split(':').at(-1),
      RoleArn: scope.roleArn,
      StartTime: new Date(scope.clock.now()).toISOString(),
      Input: childInput,
      RedriveCount: 0,
    };
    const started = history.add('ExecutionStarted', 0, {
      executionStartedEventDetails: data('input', JSON.stringify(value)),
    });
    const own = createBranch({ ...scope, history }, AbortSignal.any([signal, full.signal]), started);
    try {
      outputs[index] = await runBranch(own, map.items, childInput, {
        ...context,
        Execution: execution,
        Run: execution,
        Map: { Item: { Index: index, Value: value } },
      });
      history.close('ExecutionSucceeded');
    } catch (error) {
      if (signal.aborted) return;
      seen.failures++;
      const { name: errorName, message } = error instanceof StateError ? error : runtimeError(String(error));
      scope.log(`${name}, item ${index}: ${errorName} (${message})`);
      history.close('ExecutionFailed');
      if ((100 * seen.failures) / items.length <= toleratedPercentage) return;
      const words = 'The specified tolerated failure threshold was exceeded';
      failed.abort(new StateError('States.ExceedToleratedFailureThreshold', words));
    } finally {
      seen.longest = Math.max(seen.longest, history.events.length);
    }
  };

  try {
    allow(branch);
    await inLanes(items.length, map.concurrency, signal, child);
    signal.throwIfAborted();
    const results = outputs.filter((output) => output !== undefined);
    checkSize(`the results of "${name}"`, JSON.stringify(results));
    scope.log(
      `${name}: ${items.length} items, ${seen.failures} failed, longest history ${seen.longest} events`,
    );
    branch.record('MapRunSucceeded');
    branch.record('MapStateSucceeded');
    return results;
  } catch (error) {
    branch.signal.throwIfAborted();
    const { name: errorName, message } = error instanceof StateError ? error : runtimeError(String(error));
    branch.record('MapRunFailed', { mapRunFailedEventDetails: { error: errorName, cause: message } });
    branch.record('MapStateFailed');
    throw error;
  }
}

/** A machine starts its items' executions by its own role, as it would any other. */
function allow({ scope }: Branch): void {
  try {
    scope.authorize('states:StartExecution', scope.machineArn);
  } catch (error) {
    throw new StateError('States.Permissions', error instanceof Error ? error.message : String(error));
  }
}
