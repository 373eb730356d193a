/** An answer of AWS that says no: its code, as the service names it, and the HTTP status that goes with it. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly code: string;
  readonly statusCode: number;

  /** `message` must hold nothing signed or secret: it is sent to the caller and may be logged. */
  constructor(code: string, statusCode: number, message: string) {
    super(message);
    this.code = code;
    this.statusCode = statusCode;
  }
}
