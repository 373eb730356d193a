import type { WorkerWait } from '../lambda.ts';
import { type Branch, record } from './branch.ts';
import type { TaskState } from './definition.ts';
import type { HeldUp } from './held-up.ts';
import { data } from './history.ts';
import type { Json } from './json.ts';
import { checkSize, isTooLarge, nameInvocationError, StateError, tooLarge } from './state-error.ts';

/** Invokes a Task's function and records it. @throws StateError */
export async function invokeFunction(
  branch: Branch,
  name: string,
  { Resource, TimeoutSeconds }: TaskState,
  input: Json,
): Promise<Json> {
  const { clock, lambda, roleArn, heldUp } = branch.scope;
  const payload = JSON.stringify(input);
  checkSize(name, payload);
  record(branch, 'LambdaFunctionScheduled', {
    lambdaFunctionScheduledEventDetails: {
      resource: Resource,
      ...data('input', payload),
      ...(TimeoutSeconds === undefined ? {} : { timeoutInSeconds: TimeoutSeconds }),
    },
  });
  record(branch, 'LambdaFunctionStarted');
  try {
    const output = await clock.busy(() =>
      within(TimeoutSeconds, { signal: branch.signal, heldUp }, (wait) =>
        lambda.invoke(Resource, input, { roleArn }, wait),
      ),
    );
    const json = JSON.stringify(output) ?? 'null';
    if (isTooLarge(json)) throw tooLarge(Resource, { terminal: false });
    record(branch, 'LambdaFunctionSucceeded', {
      lambdaFunctionSucceededEventDetails: data('output', json),
    });
    return JSON.parse(json);
  } catch (error) {
    branch.signal.throwIfAborted();
    const named = nameInvocationError(error);
    if (named.error === 'States.Timeout') {
      record(branch, 'LambdaFunctionTimedOut', {
        lambdaFunctionTimedOutEventDetails: { error: named.error },
      });
    } else {
      record(branch, 'LambdaFunctionFailed', {
        lambdaFunctionFailedEventDetails: { error: named.error, cause: named.reason },
      });
    }
    throw named;
  }
}

/**
 * A task's time-out counts the wall's seconds, at any speed: what a function does takes as long as it takes. The time until
 * this machine has a worker for it does not count. As in AWS, the function is not stopped; nothing reads its answer.
 */
async function within<T>(
  seconds: number | undefined,
  { signal, heldUp }: { readonly signal: AbortSignal; readonly heldUp: HeldUp },
  work: (wait: WorkerWait) => Promise<T>,
): Promise<T> {
  const ended = Promise.withResolvers<never>();
  const abort = () => ended.reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  const late = () => ended.reject(new StateError('States.Timeout', undefined));
  let timer: NodeJS.Timeout | undefined;
  let over = false;
  const count = () => {
    if (seconds !== undefined && !over) timer = setTimeout(late, seconds * 1000);
  };
  count();
  const wait = {
    began() {
      clearTimeout(timer);
      heldUp.began();
    },
    ended() {
      heldUp.ended();
      count();
    },
  };
  try {
    return await Promise.race([work(wait), ended.promise]);
  } finally {
    over = true;
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}
