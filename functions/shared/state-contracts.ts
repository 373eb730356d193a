import * as z from 'zod';
import { slowestPace } from './backoff.ts';
import { machineErrorSchema } from './step-functions-error.ts';

/**
 * What passes between the states of the machines: ids and small numbers, nothing else.
 * The record is the truth; these only carry the position of a loop.
 */

/** What a session is for; each kind has a machine of its own. */
export const sessionKinds = ['train', 'batch', 'music'] as const;

export type SessionKind = (typeof sessionKinds)[number];

/** The machine of each kind, by the name of its file in infra/workflows. */
export const machines: Readonly<Record<SessionKind, string>> = {
  train: 'train-model',
  batch: 'upload-batch',
  music: 'generate-music',
};

const id = z.string().min(1).max(64);
const wholeSeconds = z.number().int().nonnegative();

/** Every way a check can end. */
export const verdicts = ['waiting', 'again', 'done', 'failed'] as const;

export type Verdict = (typeof verdicts)[number];

/** Checks that may call a task a success without a result before it fails: the result may come a little later. */
export const mostEmptySuccesses = 5;

/** Position of a submit → wait → check loop. */
const waitPosition = {
  /** Seconds the Wait state waits now. */
  wait: wholeSeconds,
  /** Seconds waited since the last submission: the position in the schedule, before `wait`. */
  waited: wholeSeconds,
  /** Seconds waited in this loop over all submissions, before `wait`: what the deadline is held against. */
  total: wholeSeconds,
  /** Moments of the last checks since the submission, in seconds by the clock. */
  checkedAt: z.array(z.number().nonnegative()).max(12).optional(),
  /** Checks made in this loop. */
  checks: z.number().int().nonnegative(),
  /** Submissions in a row that the provider surely did not take (429, no connection). */
  refusals: z.number().int().nonnegative(),
  /** How far apart the calls are spread ({@link slowestPace}); 1 when it is absent. */
  pace: z.number().min(1).max(slowestPace).optional(),
  /** Checks in this loop that called the task a success, without a result. */
  emptySuccesses: z.number().int().nonnegative().optional(),
  /** What the graph does after the check. */
  verdict: z.enum(verdicts),
};

/** Position of a loop that may not have begun yet. */
const positionSoFar = z.object(waitPosition).partial();

/** `Prepare session` → `Session prepared?`, and on to `Upload tracks`, or round again with the position of the loop. */
export const preparedState = z.object({
  sessionId: id,
  tracks: z.array(z.object({ sessionId: id, trackId: id })),
  wait: wholeSeconds,
  refusals: waitPosition.refusals,
  verdict: z.enum(['waiting', 'done'] satisfies Verdict[]),
});

/** Into `Submit upload`: the first time ids only, later with the position of the loop. */
export const submitUploadState = z.object({
  sessionId: id,
  trackId: id,
  ...positionSoFar.shape,
});

/** `Submit upload` → `Wait for upload` → `Check upload` → `Upload finished?`. */
export const uploadState = z.object({ sessionId: id, trackId: id, ...waitPosition });

/** Into `Enough clips?`: what it counts is in the record. */
export const enoughClipsState = z.object({
  sessionId: z.string().min(1),
  /** How each slice of `Upload tracks` ended: with an error, where a function of it failed; absent where nothing was uploaded. */
  uploads: z.array(z.object({ error: machineErrorSchema.optional() })).optional(),
});

/** `Enough clips?` → `Create model`; coming round again, with the position of the loop. */
export const createModelState = z.object({
  sessionId: id,
  ...positionSoFar.shape,
});

/** `Create model` → `Wait for training` → `Check training` → `Training finished?`. */
export const trainingState = z.object({
  sessionId: id,
  ...waitPosition,
  /** What ended the last call to `Create model` without an answer of its own. */
  lost: machineErrorSchema.optional(),
});

/** `Prepare batch` → `Batch prepared?`, and on to `Upload files`, or round again. */
export const preparedBatchState = z.object({
  sessionId: id,
  /** Ids of the tracks that have no clip yet: ids only, for there may be thousands. */
  tracks: z.array(z.string().max(5)),
  wait: wholeSeconds,
  refusals: waitPosition.refusals,
  verdict: z.enum(['waiting', 'done'] satisfies Verdict[]),
});

/** Into a file's own execution. */
export const fileState = z.object({ sessionId: id, trackId: id });

/** Into `Reconcile clips`; coming round again, with the position of the wait. */
export const reconcileClipsState = z.object({
  sessionId: id,
  wait: wholeSeconds,
  waited: wholeSeconds.default(0),
});

/** `Reconcile clips` → `Clips reconciled?` */
export const comparedState = reconcileClipsState.extend({
  verdict: z.enum(['waiting', 'done'] satisfies Verdict[]),
});

/** Into `Request music`: the first time the id only, later with the position of the loop. */
export const requestMusicState = createModelState;

/** `Request music` → `Wait for music` → `Check music` → `Music finished?`. */
export const musicState = trainingState;

/** `Copy audio` → `Audio copied?` → `Wait for audio`, and round again. */
export const copyAudioState = z.object({
  sessionId: id,
  ...positionSoFar.shape,
});

/** What a state gets: its input, and the execution from the context object. */
export const taskEvent = z.object({
  execution: z.object({ Id: z.string(), Name: z.string() }),
  input: z.unknown(),
});

/** Into `Record failure`. */
export const failureState = taskEvent.extend({ error: machineErrorSchema });

export type PositionSoFar = z.infer<typeof positionSoFar>;
export type PreparedState = z.infer<typeof preparedState>;
export type SubmitUploadState = z.infer<typeof submitUploadState>;
export type UploadState = z.infer<typeof uploadState>;
export type CreateModelState = z.infer<typeof createModelState>;
export type TrainingState = z.infer<typeof trainingState>;
export type PreparedBatchState = z.infer<typeof preparedBatchState>;
export type FileState = z.infer<typeof fileState>;
export type ReconcileClipsState = z.infer<typeof reconcileClipsState>;
export type ComparedState = z.infer<typeof comparedState>;
export type MusicState = z.infer<typeof musicState>;
export type CopyAudioState = z.infer<typeof copyAudioState>;
