import * as z from 'zod';
import { dialects } from '../provider/provider.ts';
import { errorNames } from '../shared/errors.ts';
import { momentsSchema } from '../shared/schedule.ts';
import { sessionKinds } from '../shared/state-contracts.ts';
import { journalSchema } from './journal.ts';
import { providerOriginSchema } from './provider-origin.ts';
import { rightsSchema } from './rights.ts';

const moment = z.iso.datetime();
const count = z.number().int().nonnegative();

/** The status of a session. */
export const sessionStatuses = [
  /** Waits for its files and a start. */
  'open',
  'preparing',
  'uploading',
  /** The clips are there; waits for a person to approve the price of the training. */
  'review',
  'creating',
  'training',
  /** Of music: the provider works on it. */
  'generating',
  /** Of music: the audio of its clips is copied. */
  'copying',
  /** There is a model; of a batch: there are clips. */
  'ready',
  /** Ended without a model; a resume goes on. */
  'failed',
  /** Stopped by a person; a resume goes on. */
  'cancelled',
  /** Its execution is gone while work was under way; a resume goes on. */
  'interrupted',
  /** Create was perhaps paid; only a person's decision continues the session. */
  'needs-decision',
  /** Given up for good by a person's decision. */
  'abandoned',
  /** Its files are being deleted, and it with them; deleting again goes on where that ended early. */
  'deleting',
] as const;

/** How a session was created: a request, a manifest in the inbox, or *Start execution* in the console. */
export const startedBys = ['api', 'manifest', 'console'] as const;

/** What a person may decide on a session whose create is in doubt, or whose paid training failed. */
export const decisions = ['check-again', 'create-again', 'abandon'] as const;

/** What a paid call makes. */
export const paidWorks = ['training', 'music'] as const;

/** The status of a track. */
export const trackStatuses = [
  /** Declared, nothing done yet; or put back after a submission that was surely not taken. */
  'declared',
  /** About to be submitted, or submitted with an answer that was lost. */
  'submitting',
  /** The provider works on it. */
  'submitted',
  /** There is a clip. */
  'done',
  /** All attempts are used, or the provider refused it for good. */
  'failed',
  /** Not usable audio; never sent to the provider. */
  'rejected',
  /** The same bytes as an earlier track; never sent to the provider. */
  'duplicate',
] as const;

/** What went wrong: our error name and the provider's own message. */
export const failureSchema = z.object({
  error: z.enum(errorNames),
  /** One sentence for a person; the provider's own message verbatim, where there is one. */
  reason: z.string(),
  /** Trying the same again cannot help. */
  permanent: z.boolean().optional(),
  at: moment,
});

/** The state of a call that costs real money; `none`: no call, or none that the provider took. */
const fence = z.enum(['none', 'intent', 'unknown', 'submitted', 'ready', 'failed']);

/** What is known of one call. */
const callSchema = z.object({
  fence,
  /** Names the call, so that a late response to it is not taken for one to another call. */
  callId: z.string().optional(),
  /** Of a training equal to the provider's session id. */
  taskId: z.string().optional(),
  /** What came in place of a response, with the provider's message where there is one. */
  lost: z.string().optional(),
  requestedAt: moment.optional(),
  finishedAt: moment.optional(),
  /** Clips handed to create, in the order of the tracks. */
  clipIds: z.array(z.string()).optional(),
});

/**
 * The fence around create. `none` → `intent` before the call; then `submitted`, or the previous value
 * when the call was surely not taken, or `unknown` when the response was lost. `ready` and `failed` are the
 * training's ends. It describes the latest call. Earlier calls are kept beside it, because a response concerns its own
 * call only.
 */
export const createSchema = callSchema.extend({
  /** Calls to create, counted before each call. */
  calls: count,
  /** Earlier calls that were, or may have been, paid, oldest first. Empty while the fence is at `none`. */
  earlier: z.array(callSchema).default([]),
  /** The run in which a person allows one more call, although there is one already. */
  againIn: count.optional(),
  /** Checks made on the training. */
  checks: count,
  /** What was answered to the last call, when that was surely not taken and is made again. */
  notTaken: z.string().optional(),
});

/** One clip of a piece of music; its audio is ours once it has a `key`. */
export const clipSchema = z.object({
  clipId: z.string(),
  title: z.string().optional(),
  /** Where its audio lies in the bucket. */
  key: z.string().optional(),
  /** Bytes. */
  size: count.optional(),
  format: z.string().optional(),
  durationSeconds: z.number().optional(),
  /** Why its audio could not be copied, as it was last tried. */
  trouble: z.string().optional(),
  /**
   * The provider keeps its audio until it is unlocked there: `yes` where the provider says so, `perhaps` where the link
   * answers 403 and nothing else is known. Absent where it is late, or kept.
   */
  locked: z.enum(['yes', 'perhaps']).optional(),
});

/** What music was asked for, and what came of it. */
export const musicSchema = z.object({
  /** Which kind of service makes it; records from before there were two do not say so. */
  dialect: z.enum(dialects).default('mountsea'),
  /** `chirp-custom:<uuid>`, or one of the provider's own. */
  model: z.string(),
  /** The model's name, where it was given by that. */
  modelName: z.string().optional(),
  prompt: z.string(),
  tags: z.string(),
  title: z.string().optional(),
  negativeTags: z.string().optional(),
  instrumental: z.boolean(),
  /** A voice and style to sing in, and the clip that it was made from. */
  persona: z.object({ personaId: z.string(), clipId: z.string(), name: z.string() }).optional(),
  /**
   * The clip that it is made from, without a persona, and the music of ours that the clip is of. Without that nothing of
   * the clip could be checked, and a person has said that it may be used.
   */
  fromClip: z.object({ clipId: z.string(), sessionId: z.string().optional() }).optional(),
  clips: z.array(clipSchema),
});

/** Ids of which there may be thousands: how many, and the first of them. */
const someIds = z.object({ count, first: z.array(z.string()).max(20) });

/** What came of a batch, written when a run has ended. */
export const batchResultSchema = z.object({
  /** Files that have a clip. */
  clips: count,
  /** Files that have none, those with the same bytes as another left out. */
  missing: count,
  /** The provider's own list of the session's clips, held against ours. */
  list: z.object({
    /** Clips on it; absent when it could not be read. */
    listed: count.optional(),
    /** Why it could not be read. */
    unread: z.string().optional(),
    /** Clips of ours that it does not have. */
    notListed: someIds,
    /** Clips on it that are no file's: of an upload whose answer was lost, most likely. */
    notOurs: someIds,
  }),
});

/** A file without a clip. */
export const missingSchema = z.object({ trackId: z.string(), file: z.string(), reason: z.string() });

/** When a run checks on its tasks, and from how many earlier tasks of a kind that was learned. */
export const checkTimesSchema = z.object({
  upload: momentsSchema.optional(),
  training: momentsSchema.optional(),
  learnedFrom: z.object({ upload: count.optional(), training: count.optional() }).optional(),
});

/** A session as the table holds it, without its keys. */
export const sessionSchema = z.object({
  sessionId: z.string(),
  kind: z.enum(sessionKinds).default('train'),
  owner: z.string(),
  startedBy: z.enum(startedBys),
  name: z.string(),
  /** Fewest clips to train on; without it, and without `skipInvalid`, every file must have one. */
  minClips: count.optional(),
  skipInvalid: z.boolean(),
  /** By which the same content is recognised; see `contentKeyOf`. */
  contentKey: z.string().optional(),
  /** The answer that the recordings are the person's to train on; absent while files have none. */
  rights: rightsSchema.optional(),
  /** Stop before create until a person approves its price. */
  review: z.boolean().default(false),
  approval: z.object({ by: z.string(), at: moment }).optional(),
  /** What persons decided, oldest first. */
  decisions: z
    .array(
      z.object({
        choice: z.enum(decisions),
        by: z.string(),
        at: moment,
        /** The request that said so, where it had an idempotency key. */
        requestId: z.string().optional(),
      }),
    )
    .default([]),
  status: z.enum(sessionStatuses),
  /** When the status last changed. Set by the store. */
  statusSince: moment.optional(),
  /** Grows with every write; each write names the version that it saw. */
  version: count,
  createdAt: moment,
  updatedAt: moment,
  /** Epoch seconds after which the record does not exist any more. */
  expiresAt: count,
  /** Executions started so far; the current one's ARN. */
  runs: count,
  executionArn: z.string().optional(),
  /** Who began the current run: the subject of a token, `console`, `manifest` or `sweep`. */
  runBy: z.string().optional(),
  /** The request that began the current one, where it had an idempotency key. */
  requestId: z.string().optional(),
  /** How far apart this run's calls are spread, because the provider throttled some; 1 is by the schedules. */
  pace: z.number().min(1).default(1),
  /** Moments of this run's checks, in seconds after a submission; the settings' where it has none. */
  checkTimes: checkTimesSchema.optional(),
  /** Calls to prepare, counted before each call. */
  prepareCalls: count,
  /** Where the provider's ids in it mean something; written with the record. */
  provider: providerOriginSchema.optional(),
  providerSessionId: z.string().optional(),
  /** Of a batch: files declared so far; they come in slices. */
  declared: count.optional(),
  batch: batchResultSchema.optional(),
  create: createSchema,
  /** Of music only. */
  music: musicSchema.optional(),
  modelId: z.string().optional(),
  /** Files that are not in the model, because the session allows fewer clips than files. */
  missing: z.array(missingSchema).optional(),
  /** What the provider holds against the account in a run: that run sends nothing more. */
  stopped: failureSchema.extend({ run: count }).optional(),
  failure: failureSchema.optional(),
  /** Failures that another one, or a run that began, has taken the place of; oldest first. The store keeps them. */
  earlierFailures: z.array(failureSchema).optional(),
  /** What happened to it, its tracks' uploads left out. The store adds the turns. */
  journal: journalSchema.optional(),
});

/** Where a track's bytes are in S3. */
export const audioSourceSchema = z.object({
  bucket: z.string(),
  key: z.string(),
  versionId: z.string().optional(),
});

/** Elsewhere: the provider gets the URL as it is, and this service never fetches or shows it. */
const elsewhereSchema = z.object({ url: z.string() });

/** A track as the table holds it, without its keys. */
export const trackSchema = z.object({
  sessionId: z.string(),
  /** `001`, `002`, … in the order of declaration; of a batch `00001`, `00002`, … */
  trackId: z.string(),
  /** The user's own name for the file. */
  file: z.string(),
  source: z.union([audioSourceSchema, elsewhereSchema]),
  /** Bytes. */
  size: count.optional(),
  /** SHA-256 of the bytes, 64 lower-case hex digits. */
  sha256: z.string().optional(),
  /** Its upload in parts, while that is not complete. */
  uploadId: z.string().optional(),
  status: z.enum(trackStatuses),
  version: count,
  format: z.string().optional(),
  durationSeconds: z.number().optional(),
  warning: z.string().optional(),
  /** The track with the same bytes. */
  duplicateOf: z.string().optional(),
  /** The run that last dealt with this track; a new run gives it new attempts. */
  run: count,
  /** Submissions that the provider may have taken: counted before each call, those surely not taken put back. */
  attempts: count,
  /** Those of them of which nobody knows whether the provider took them: no answer yet, or it was lost. */
  attemptsInDoubt: count.optional(),
  /** Those of them that were made with a file that has been replaced. */
  attemptsBefore: count.default(0),
  /** Attempts at which this run gives the track up. */
  attemptsAllowed: count,
  /** Submissions in this run whose answer was lost; one is repeated, the second gives the track up. */
  lostAnswers: count,
  /** Calls made to the provider for this track, checks included (counted when a loop ends). */
  calls: count,
  taskId: z.string().optional(),
  submittedAt: moment.optional(),
  finishedAt: moment.optional(),
  /** Seconds that the provider worked on it, by its own clock. */
  providerSeconds: z.number().nonnegative().optional(),
  /** The two checks between which it ended, in the provider's seconds after its submission, where it says no moments. */
  endedBetween: z.tuple([z.number().nonnegative(), z.number().positive()]).optional(),
  clipId: z.string().optional(),
  /** `sharedClipId`: the clip that the provider gave to another track as well. */
  failure: failureSchema.extend({ sharedClipId: z.string().optional() }).optional(),
  /** Its submissions, and what came of each. */
  journal: journalSchema.optional(),
});

export type Session = z.infer<typeof sessionSchema>;
export type Create = Session['create'];
export type PaidWork = (typeof paidWorks)[number];
export type Track = z.infer<typeof trackSchema>;
export type Music = z.infer<typeof musicSchema>;
export type MusicClipRecord = z.infer<typeof clipSchema>;
export type BatchResult = z.infer<typeof batchResultSchema>;
export type SessionStatus = Session['status'];
export type TrackStatus = Track['status'];
export type Failure = z.infer<typeof failureSchema>;
export type AudioSource = z.infer<typeof audioSourceSchema>;

export const runningStatuses = [
  'preparing',
  'uploading',
  'creating',
  'training',
  'generating',
  'copying',
] as const satisfies readonly SessionStatus[];

/** Is an execution supposed to be working on it? */
export function isRunning({ status }: Pick<Session, 'status'>): boolean {
  return runningStatuses.some((one) => one === status);
}

/** May create have been paid without our knowing? */
export function isInDoubt({ create }: Pick<Session, 'create'>): boolean {
  return create.fence === 'intent' || create.fence === 'unknown';
}

/** May the call that costs be made now: there is none, or a person allows one more in this run? */
export function canCall({ create, runs }: Pick<Session, 'create' | 'runs'>): boolean {
  return create.fence === 'none' || create.againIn === runs;
}

/** Is it given up for good, so that no run may begin any more? */
export function isTerminated({ status }: Pick<Session, 'status'>): boolean {
  return status === 'abandoned' || status === 'deleting';
}

/** Is it a batch that has come to its end without a clip for each of its files? */
export function isPartial({ kind, status, batch }: Session): boolean {
  return kind === 'batch' && status === 'ready' && (batch?.missing ?? 0) > 0;
}

/** Every session that has not ended can be cancelled. */
export function canCancel(session: Session): boolean {
  return isRunning(session) || ['open', 'review', 'interrupted'].includes(session.status);
}

/** Is a training that was paid not done by its deadline? It may end yet, or never. */
export function isOverdue({ status, create, failure }: Session): boolean {
  return status === 'failed' && create.fence === 'submitted' && failure?.error === 'DeadlineExceeded';
}

/** Calls that were, or may have been, taken, and may still end well. */
const open: ReadonlySet<Create['fence']> = new Set(['intent', 'unknown', 'submitted']);

/** What was, or may have been, paid and may still come, once no run processes the session any more. */
export function unfinishedWork(session: Pick<Session, 'kind' | 'create' | 'status'>): PaidWork | undefined {
  const { kind, create } = session;
  if (
    isTerminated(session) ||
    create.fence === 'ready' ||
    ![create, ...create.earlier].some((it) => open.has(it.fence))
  )
    return undefined;
  return kind === 'music' ? 'music' : 'training';
}

/** Is a person's decision possible? For a create in doubt, or a paid training that failed or does not end. */
export function canDecide(session: Session): boolean {
  if (isRunning(session) || isTerminated(session)) return false;
  return isInDoubt(session) || session.create.fence === 'failed' || isOverdue(session);
}
