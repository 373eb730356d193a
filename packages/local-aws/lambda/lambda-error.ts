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
