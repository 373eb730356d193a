import { AwsError } from '../aws-error.ts';
import { LambdaError } from '../lambda.ts';

/** A failure in the names of the service: what retriers and catchers match, and what an execution ends with. */
export class StateError extends Error {
  /** A Fail state may leave it out. */
  readonly error: string | undefined;
  readonly reason: string | undefined;
  /** Not even `States.ALL` matches it: neither a retrier nor a catcher. */
  readonly terminal: boolean;

  constructor(error: string | undefined, reason: string | undefined, options: { terminal?: boolean } = {}) {
    super(`${error ?? 'no error name'}: ${reason ?? ''}`);
    this.error = error;
    this.reason = reason;
    this.terminal = options.terminal ?? false;
  }
}

/** Found while a state's fields are evaluated; the interpreter adds which state it was. */
export class EvaluationError extends Error {
  /** Of an intrinsic function, which can be caught; anything else is `States.Runtime`, which cannot. */
  readonly error: string;

  constructor(message: string, error = 'States.Runtime') {
    super(message);
    this.error = error;
  }
}

/** A fault of the execution itself, such as a path that finds nothing. Ends it. */
export function runtimeError(reason: string): StateError {
  return new StateError('States.Runtime', reason, { terminal: true });
}

/** The service's name for any thrown error. */
export function asStateError(error: unknown): StateError {
  return error instanceof StateError ? error : runtimeError(String(error));
}

/** UTF-8 bytes of a state's input or output (documented: 256 KiB). */
export const stateLimit = 256 * 1024;

/** Holds the limit of a state's data. @throws StateError that nothing catches */
export function checkSize(state: string, json: string): void {
  if (isTooLarge(json)) throw tooLarge(state, { terminal: true });
}

export function isTooLarge(json: string): boolean {
  // A UTF-16 unit becomes at most three bytes, so most texts need not be counted.
  return json.length * 3 > stateLimit && Buffer.byteLength(json) > stateLimit;
}

/** With the message of AWS. Of a task's result it can be caught, of a state's output it cannot. */
export function tooLarge(what: string, options: { terminal: boolean }): StateError {
  return new StateError(
    'States.DataLimitExceeded',
    `The state/task '${what}' returned a result with a size exceeding the maximum number of bytes service limit.`,
    options,
  );
}

/** A failed invocation as Step Functions names it; the cause of a function's own error is JSON, as Lambda's. */
export function nameInvocationError(error: unknown): StateError {
  if (error instanceof StateError) return error;
  if (error instanceof LambdaError) return new StateError(error.errorType, JSON.stringify(error));
  if (error instanceof AwsError) {
    const name = error.code === 'ResourceNotFoundException' ? error.code : 'AWSLambdaException';
    return new StateError(
      `Lambda.${name}`,
      `${error.message} (Service: AWSLambda; Status Code: ${error.statusCode}; Error Code: ${error.code})`,
    );
  }
  return new StateError('Lambda.Unknown', error instanceof Error ? error.message : String(error));
}
