import { ChirpsmithError, type ErrorName } from '../shared/errors.ts';

/** The calls of a training session, of a batch and of music, and those that they share. */
export type ProviderCall =
  | 'prepare'
  | 'upload'
  | 'create'
  | 'openBatch'
  | 'addToBatch'
  | 'status'
  | 'generate'
  | 'persona'
  | 'credits';

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
  /** The clips in the result of a finished generation, in the provider's order. */
  readonly clips?: readonly MusicClip[];
  /**
   * Of a batch session: the clips that it holds so far, in the order in which they were done. The record of such a
   * session is a success from the beginning, so its phase says nothing.
   */
  readonly audioIds?: readonly string[];
}

/** A clip of a generation. That its task has ended does not mean that its audio can be had yet. */
export interface MusicClip {
  readonly clipId: string;
  /** Where its audio is, for a while; not to be written down. Absent while there is none. */
  readonly audioUrl?: string;
  /** Its own word, where that is not that its audio is there: `streaming`, `error`, … */
  readonly word?: string;
  readonly title?: string;
  readonly durationSeconds?: number;
}

/** What music is to be made. Rules of the fields: `sessions/music-rules.ts` and `sessions/dialect-rules.ts`. */
export interface MusicRequest {
  /** `chirp-custom:<uuid>` or one of the provider's own. */
  readonly model: string;
  readonly prompt: string;
  readonly tags: string;
  readonly title?: string | undefined;
  readonly negativeTags?: string | undefined;
  readonly instrumental?: boolean | undefined;
  /** A voice and style to sing in, and the clip that it was made from. */
  readonly persona?: { readonly personaId: string; readonly clipId: string } | undefined;
}

/**
 * What we need of the provider. A call that was sent ends in an answer or a {@link ProviderError}; what keeps it
 * from being sent at all (the key cannot be read) is any other {@link ChirpsmithError}.
 */
export interface Provider {
  readonly dialect: Dialect;
  /**
   * Reads the key now and keeps it for the next call, so that nothing slow lies between an intent that is written down
   * and its call. `forceFetch`: past everything that is kept, after a 401.
   * @returns whether it is another key than that of the last call
   */
  readKey(how: { readonly forceFetch: boolean }): Promise<boolean>;
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
  /** Opens a batch session: clips on one account, no training. */
  openBatch(): Promise<{ sessionId: string }>;
  /** {@link Provider.upload} for a batch session. */
  addToBatch(request: { sessionId: string; audioUrl: string }): Promise<{ taskId: string }>;
  /** How a task, or a session, stands. */
  status(taskId: string): Promise<TaskStatus>;
  /** Starts to make music: about 40 credits. Never repeated by the client. */
  generate(request: MusicRequest): Promise<{ taskId: string }>;
  /** Makes a persona from a clip; done when it is answered. Never repeated by the client: it may cost. */
  persona(request: PersonaRequest): Promise<{ personaId: string }>;
  /** The account's credits; undefined where nobody has said whom to ask. */
  credits(): Promise<number | undefined>;
}

export interface PersonaRequest {
  readonly clipId: string;
  readonly name: string;
  readonly description?: string | undefined;
}

/** The two kinds of service. What one of them cannot do is refused before a call. */
export const dialects = ['mountsea', 'relay'] as const;

export type Dialect = (typeof dialects)[number];

/** A port all of whose calls are refused by name: what a dialect can do is laid over it. */
export function refusing(dialect: Dialect): Provider {
  const cannot = (what: string) => async (): Promise<never> => {
    throw new ChirpsmithError(
      'NotPossible',
      `The provider's dialect "${dialect}" cannot ${what}; nothing was sent.`,
    );
  };
  return {
    dialect,
    readKey: async () => false,
    prepare: cannot('open a training session'),
    upload: cannot('take tracks for a training'),
    create: cannot('train a model'),
    openBatch: cannot('open a batch session'),
    addToBatch: cannot('take files for a batch'),
    status: cannot('tell how a task stands'),
    generate: cannot('make music'),
    persona: cannot('make a persona'),
    credits: async () => undefined,
  };
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
    },
  ) {
    super(name, details.message);
    this.call = details.call;
    this.status = details.status;
    this.taken = details.taken;
    this.retryAfter = details.retryAfter;
    this.reason = details.reason;
  }
}
