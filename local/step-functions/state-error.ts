import { AwsError } from '../aws-error.ts';
import { LambdaError } from '../lambda.ts';

/**
 * A failure in the names of the service: what retriers and catchers match, and what an execution ends with.
 * The engine reads `name`, `message` (as `Cause`) and `isCatchable`.
 */
export class StateError extends Error {
  override readonly name: string;
  /** Not even `States.ALL` matches it: neither a retrier nor a catcher. */
  readonly terminal: boolean;
  readonly isCatchable: boolean;
  readonly isRetryable = false;

  constructor(name: string, cause: string, options: { terminal?: boolean } = {}) {
    super(cause);
    this.name = name;
    this.terminal = options.terminal ?? false;
    this.isCatchable = !this.terminal;
  }
}

/** A fault of the execution itself, such as a path that finds nothing. Ends it. */
export function runtimeError(cause: string): StateError {
  return new StateError('States.Runtime', cause, { terminal: true });
}

/** UTF-8 bytes of a state's input or output (documented: 256 KiB). */
export const stateLimit = 256 * 1024;

/** Holds the limit of a state's data. @throws StateError `States.DataLimitExceeded` */
export function checkSize(what: string, json: string): void {
  if (Buffer.byteLength(json) <= stateLimit) return;
  throw new StateError(
    'States.DataLimitExceeded',
    `${what} is larger than ${stateLimit} bytes, the most that the service carries`,
    { terminal: true },
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
