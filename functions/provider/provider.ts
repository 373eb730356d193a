import { ChirpsmithError, type ErrorName } from '../shared/errors.ts';

/** The calls of both ports. */
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

/** The result of each kind of task. It is absent until there is one. */
export interface TaskResults {
  upload: { readonly clipId?: string };
  /** An id of the form `chirp-custom:<uuid>` anywhere in the result. Only this makes a model ready. */
  training: {
    readonly modelId?: string;
    /** What the provider calls the model that it was trained on top of, where the answer says so (undocumented). */
    readonly base?: string;
  };
  /** In the provider's order. */
  music: { readonly clips?: readonly MusicClip[] };
  /**
   * The clips that a batch session holds so far, in the order in which they were done. The record of such a session is
   * a success from the beginning, so its phase carries no information.
   */
  batch: { readonly audioIds?: readonly string[] };
}

export type TaskKind = keyof TaskResults;

/** Status of a task: the fields of all kinds, and the result of one kind. */
export type TaskStatus<Kind extends TaskKind = TaskKind> = {
  [One in Kind]: TaskResults[One] & {
    readonly kind: One;
    readonly taskId: string;
    /** `pending` also for a status that is unknown to us. */
    readonly phase: 'pending' | 'succeeded' | 'failed' | 'timed-out';
    /** The provider's own status, lower case: `queued`, `ready`, `running`, … */
    readonly status: string;
    /** The provider's own reason of a failure, verbatim. */
    readonly failReason?: string;
    readonly failCode?: number;
    /** When it was created and when it ended, ISO by the provider's own clock, where it names both. */
    readonly provider?: { readonly createdAt: string; readonly finishAt: string };
    /** Seconds between them, of a success. */
    readonly tookSeconds?: number;
  };
}[Kind];

/** A clip of a generation. Its audio may come later than the end of the task. */
export interface MusicClip {
  readonly clipId: string;
  /** The temporary URL of its audio; must not be stored. Absent while there is none. */
  readonly audioUrl?: string;
  /** The provider says that its audio must be unlocked there first. A link beside it may work all the same. */
  readonly locked?: true;
  /** Its own status, unless its audio is complete: `streaming`, `error`, … */
  readonly word?: string;
  readonly title?: string;
  readonly durationSeconds?: number;
}

/** A request for music. Rules of the fields: `domain/music-rules.ts` and `domain/dialect-rules.ts`. */
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
  /** The clip that it is made from, at the relay and without a persona. */
  readonly fromClip?: { readonly clipId: string } | undefined;
}

/**
 * What both ports have. A call that was sent ends in an answer or a {@link ProviderError}; what keeps it from being
 * sent at all (the key cannot be read) is any other {@link ChirpsmithError}.
 */
interface Account {
  /**
   * Reads the key now and keeps it for the next call, so that nothing slow lies between the intent in the record and its
   * call. `forceFetch`: not from a cache, after a 401.
   * @returns whether it is another key than that of the last call
   */
  readKey(how: { readonly forceFetch: boolean }): Promise<boolean>;
  /** The account's credits; undefined where no service for it is known. */
  credits(): Promise<number | undefined>;
}

/**
 * How sessions begin, and how files are handed over to them. Apart from the rest: a function that does only this holds
 * no reader of statuses.
 */
export interface Intake extends Account {
  /** Opens a custom-model session. */
  prepare(): Promise<{ sessionId: string }>;
  /** Submits one track by URL; the clip comes later, by {@link TrainingProvider.status}. */
  upload(request: { sessionId: string; audioUrl: string }): Promise<{ taskId: string }>;
  /** Opens a batch session: clips on one account, no training. */
  openBatch(): Promise<{ sessionId: string }>;
  /** {@link Intake.upload} for a batch session. */
  addToBatch(request: { sessionId: string; audioUrl: string }): Promise<{ taskId: string }>;
}

/** A service that trains models and makes clips of audio. */
export interface TrainingProvider extends Intake {
  /** Starts the training: 100 credits. Never repeated by the client. */
  create(request: {
    sessionId: string;
    clipIds: readonly string[];
    name: string;
  }): Promise<{ taskId: string }>;
  /** Status of a task; a training and a batch have the id of their session. */
  status<Kind extends Exclude<TaskKind, 'music'>>(taskId: string, kind: Kind): Promise<TaskStatus<Kind>>;
}

/** A service that makes music. */
export interface MusicProvider extends Account {
  /** Starts to make music: about 40 credits. Never repeated by the client. */
  generate(request: MusicRequest): Promise<{ taskId: string }>;
  /** Makes a persona from a clip; done when it is answered. Never repeated by the client: it may cost. */
  persona(request: PersonaRequest): Promise<{ personaId: string }>;
  status(taskId: string, kind: 'music'): Promise<TaskStatus<'music'>>;
}

/** A service that does both. */
export interface Provider extends Omit<TrainingProvider, 'status'>, Omit<MusicProvider, 'status'> {
  status<Kind extends TaskKind>(taskId: string, kind: Kind): Promise<TaskStatus<Kind>>;
}

export interface PersonaRequest {
  readonly clipId: string;
  readonly name: string;
  readonly description?: string | undefined;
}

/** The two kinds of service: MountSea does everything, a relay makes music. */
export const dialects = ['mountsea', 'relay'] as const;

export type Dialect = (typeof dialects)[number];

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
  /** The provider's own message, verbatim but bounded, secrets removed. */
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
