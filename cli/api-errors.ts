import type { Problem } from '../functions/shared/errors.ts';
import type { Next } from './next.ts';

/** The API answered, but not with what was asked for. */
export class ApiRefusal extends Error {
  override readonly name = 'ApiRefusal';
  readonly status: number;
  readonly problems: readonly Problem[];
  /** `urn:chirpsmith:error:…`; empty where the answer was no problem details. */
  readonly type: string;
  /** Seconds after which the API wants to be asked again, where it says so. */
  readonly retryAfter: number | undefined;

  constructor(
    status: number,
    message: string,
    problems: readonly Problem[] = [],
    { type = '', retryAfter }: { type?: string; retryAfter?: number | undefined } = {},
  ) {
    super(message);
    this.status = status;
    this.problems = problems;
    this.type = type;
    this.retryAfter = retryAfter;
  }
}

/** No answer came, or none that can be read. */
export class ApiUnreachable extends Error {
  override readonly name = 'ApiUnreachable';
  /** What can be done then, where more is known than how to look again. */
  readonly next: readonly Next[] | undefined;

  constructor(message: string, options: ErrorOptions & { readonly next?: readonly Next[] } = {}) {
    super(message, options);
    this.next = options.next;
  }
}
