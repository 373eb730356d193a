import { ChirpsmithError, type ErrorName } from '../shared/errors.ts';

/** The calls of a training session. */
export type ProviderCall = 'prepare' | 'upload' | 'create' | 'status';

/** What a task's status says, in our words. A status never seen before counts as `pending`. */
export interface TaskStatus {
  readonly taskId: string;
  readonly phase: 'pending' | 'succeeded' | 'failed' | 'timed-out';
  /** The provider's own word, lower case: `queued`, `ready`, `running`, … */
  readonly status: string;
  /** The provider's own words on a failure, verbatim. */
  readonly failReason?: string;
  readonly failCode?: number;
  /** The id in the result of a finished upload. */
  readonly clipId?: string;
  /** An id of the form `chirp-custom:<uuid>` anywhere in the result. Only this makes a model ready. */
  readonly modelId?: string;
}

/**
 * What we need of the provider. A call that was sent ends in an answer or a {@link ProviderError}; what keeps it
 * from being sent at all (the key cannot be read) is any other {@link ChirpsmithError}.
 */
export interface Provider {
  /** Opens a custom-model session. */
  prepare(): Promise<{ sessionId: string }>;
  /** Hands over one track by URL; the clip comes later, by {@link Provider.status}. */
  upload(request: { sessionId: string; audioUrl: string }): Promise<{ taskId: string }>;
  /** Starts the training: 100 credits. Never repeated by the client. */
  create(request: {
    sessionId: string;
    clipIds: readonly string[];
    name: string;
  }): Promise<{ taskId: string }>;
  /** How a task, or a session, stands. */
  status(taskId: string): Promise<TaskStatus>;
}

/** Names a call to the provider may fail with. */
export type ProviderErrorName = Extract<
  ErrorName,
  | 'ProviderThrottled'
  | 'ProviderUnreachable'
  | 'ProviderAnswerLost'
  | 'ProviderRefused'
  | 'ProviderAuth'
  | 'CreditsExhausted'
>;

/** A call to the provider that did not give an answer we can use. Holds no URL query, key or signed URL. */
export class ProviderError extends ChirpsmithError {
  declare readonly name: ProviderErrorName;
  readonly call: ProviderCall;
  /** HTTP status, when there was an answer. */
  readonly status: number | undefined;
  /** Could the provider have taken the call? `no` is a proof, `unknown` is anything less. */
  readonly taken: 'no' | 'unknown';
  /** Seconds the provider asks us to wait, from `Retry-After` (seconds or date). */
  readonly retryAfter: number | undefined;
  /** The provider's own words, verbatim but bounded, secrets removed. */
  readonly reason: string | undefined;

  constructor(
    name: ProviderErrorName,
    details: {
      call: ProviderCall;
      message: string;
      taken: 'no' | 'unknown';
      status?: number | undefined;
      retryAfter?: number | undefined;
      reason?: string | undefined;
      cause?: unknown;
    },
  ) {
    super(name, details.message, { cause: details.cause });
    this.call = details.call;
    this.status = details.status;
    this.taken = details.taken;
    this.retryAfter = details.retryAfter;
    this.reason = details.reason;
  }
}
