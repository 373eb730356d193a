/** Who invokes: a service on behalf of a resource, or a role (a state machine's). */
export type Invoker =
  | { readonly principal: string; readonly sourceArn: string }
  | { readonly roleArn: string };

/** Lambda, as far as the stack calls it. */
export interface Lambda {
  /**
   * Invokes a function and waits for its answer; payload and answer go through JSON.
   * @throws LambdaError when the function failed; AwsError when it was not even invoked.
   */
  invoke(functionArn: string, payload: unknown, by: Invoker): Promise<unknown>;
  /** Ends every worker; invocations under way fail. */
  close(): Promise<void>;
}

/** A function that failed, in the names that Lambda itself reports. */
export class LambdaError extends Error {
  override readonly name = 'LambdaError';
  /** The thrown error's name, or Lambda's own: `Sandbox.Timedout`, `Runtime.ExitError`, … */
  readonly errorType: string;
  readonly errorMessage: string;
  /** The thrown error's stack, one line each; only for errors that the function's code threw. */
  readonly trace: readonly string[] | undefined;

  constructor(errorType: string, errorMessage: string, trace?: readonly string[]) {
    super(`${errorType}: ${errorMessage}`);
    this.errorType = errorType;
    this.errorMessage = errorMessage;
    this.trace = trace;
  }

  /** The body that Lambda answers with for a failed invocation, and Step Functions' `Cause`. */
  toJSON(): { errorType: string; errorMessage: string; trace?: readonly string[] } {
    return {
      errorType: this.errorType,
      errorMessage: this.errorMessage,
      ...(this.trace === undefined ? {} : { trace: this.trace }),
    };
  }
}
