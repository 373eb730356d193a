/**
 * The closed set of error names. A name is the whole policy: the code throws it, the machine's
 * retriers and catchers match it, the API and the CLI translate it. Nothing else may leave a function.
 */
export const errorNames = [
  /** The input cannot be used as it is: a field, a file, a name. Nothing was spent. */
  'BadInput',
  /** Not allowed in the session's current state; the message names the state. */
  'NotPossible',
  /** No such session, or not the caller's. */
  'SessionNotFound',
  /** One or more files cannot be used and the session does not allow skipping them. Nothing was spent. */
  'AudioRejected',
  /** The provider has no way to the audio of this machine, or it does not work; on one machine only. Nothing more was sent. */
  'AudioUnreachable',
  /** Fewer usable clips than the session needs; create was not called. */
  'NotEnoughClips',
  /** 429: surely not taken, waiting helps. */
  'ProviderThrottled',
  /** No connection was made: surely not taken, waiting may help. */
  'ProviderUnreachable',
  /** Time-out, reset, 5xx or an unreadable answer: whether it was taken is unknown. */
  'ProviderAnswerLost',
  /** A 4xx about the request itself, with the provider's words. Surely not taken; waiting does not help. */
  'ProviderRefused',
  /** 401 or 403: the provider's key is wrong or not allowed. Surely not taken. */
  'ProviderAuth',
  /** 402: not enough credits. Surely not taken. */
  'CreditsExhausted',
  /** The provider gives an id that belongs to something else of ours, or an end without a result. */
  'ProviderContradiction',
  /** The provider says that the training failed, with its words. */
  'TrainingFailed',
  /** The provider says that the music failed, with its words. */
  'GenerationFailed',
  /** The music is made and paid, but the provider keeps its audio locked. A resume copies it once it is unlocked. */
  'AudioLocked',
  /** It cannot be settled whether create was taken; only a person may send a second one. */
  'NeedsDecision',
  /** A person stopped the run; the record says what was paid and what still runs. */
  'Cancelled',
  /** A loop reached its deadline while the provider was still working. */
  'DeadlineExceeded',
  /** A conditional write lost a race; reading again and repeating the step settles it. */
  'RecordConflict',
  /** DynamoDB, S3, Secrets Manager or Step Functions failed or throttled beyond the SDK's own retries. */
  'StorageUnavailable',
  /** The function may not do what it tried: a permission is missing in the template. */
  'AccessDenied',
  /** Anything that no rule foresaw: a bug. */
  'Unexpected',
] as const;

export type ErrorName = (typeof errorNames)[number];

/**
 * What `Create model` throws when it is certain that nothing is in doubt: the call was not made, or was
 * surely not taken, or its end is known. Any other error there leaves the record to settle it.
 */
export const settledCreateErrors = [
  'BadInput',
  'SessionNotFound',
  'NotPossible',
  'NotEnoughClips',
  'ProviderRefused',
  'ProviderAuth',
  'CreditsExhausted',
  'TrainingFailed',
  'AccessDenied',
] as const satisfies readonly ErrorName[];

/**
 * What only the caller can fix: a file, a field, a request that came too late. A run that ends with one of them
 * calls no operator.
 */
export const callersErrors: ReadonlySet<ErrorName> = new Set([
  'BadInput',
  'NotPossible',
  'SessionNotFound',
  'AudioRejected',
  'AudioUnreachable',
  'NotEnoughClips',
  'Cancelled',
]);

/** One problem with the input, with the field or the file that it is about. */
export interface Problem {
  /** Path of the field (`files[2].size`) or name of the file. */
  readonly where: string;
  /** What is wrong and what to do. */
  readonly message: string;
}

/** The one error type of the product; `name` is one of {@link errorNames}. */
export class ChirpsmithError extends Error {
  override readonly name: ErrorName;
  /** One sentence, without the problems that `message` lists after it. */
  readonly summary: string;
  readonly problems: readonly Problem[];

  /** @param summary one sentence; the problems, if any, follow it line by line in `message` */
  constructor(
    name: ErrorName,
    summary: string,
    options: { cause?: unknown; problems?: readonly Problem[] } = {},
  ) {
    const lines = (options.problems ?? []).map(({ where, message }) => `\n- ${where}: ${message}`);
    super(summary + lines.join(''), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = name;
    this.summary = summary;
    this.problems = options.problems ?? [];
  }
}

/** Does the provider contradict what it has said before? */
export const isContradiction = (error: unknown): error is ChirpsmithError =>
  error instanceof ChirpsmithError && error.name === 'ProviderContradiction';

/** Is this error one of the closed set? */
export function isErrorName(name: string): name is ErrorName {
  return (errorNames as readonly string[]).includes(name);
}
