import { type Branch, record } from './branch.ts';
import type { TaskState } from './definition.ts';
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
  const { clock, lambda, roleArn } = branch.scope;
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
      within(TimeoutSeconds, branch.signal, lambda.invoke(Resource, input, { roleArn })),
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
 * A task's time-out counts the wall's seconds, at any speed: what a function does takes as long as it takes.
 * As in AWS, the function is not stopped; nothing reads its answer.
 */
async function within<T>(seconds: number | undefined, signal: AbortSignal, work: Promise<T>): Promise<T> {
  const ended = Promise.withResolvers<never>();
  const abort = () => ended.reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  const late = () => ended.reject(new StateError('States.Timeout', undefined));
  const timer = seconds === undefined ? undefined : setTimeout(late, seconds * 1000);
  try {
    return await Promise.race([work, ended.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}
