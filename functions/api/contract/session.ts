import * as z from 'zod';
import { providerOriginSchema } from '../../domain/provider-origin.ts';
import { rightsSchema } from '../../domain/rights.ts';
import {
  batchResultSchema,
  checkTimesSchema,
  clipSchema,
  decisions,
  missingSchema,
  musicSchema,
  paidWorks,
  sessionStatuses,
  startedBys,
} from '../../domain/session.ts';
import { dialects } from '../../provider/provider.ts';
import { sessionKinds } from '../../shared/state-contracts.ts';
import {
  failureAnswer,
  fileBody,
  filesPerRequest,
  rights,
  sha256,
  trackAnswer,
  uploadAnswer,
} from './track.ts';

/** Sessions as callers of the HTTP API see them. */

const fewestClips =
  "Fewest clips to train on; not under the provider's six. Without it, and without `skipInvalid`, every file must have one.";

/** `POST /sessions` */
export const createSessionBody = z.strictObject({
  kind: z
    .enum(sessionKinds)
    .exclude(['music'])
    .optional()
    .describe('`batch`: clips on one account, no model.'),
  name: z.string().describe('Name of the model; of a batch, a name to find it by.'),
  files: z
    .array(fileBody)
    .max(filesPerRequest)
    .describe('A batch gets its further files by `POST /sessions/{id}/files`.'),
  minClips: z.number().int().optional().describe(fewestClips),
  skipInvalid: z
    .boolean()
    .optional()
    .describe(
      'Train on the files that have a clip, when some have none. Without it the run stops before the training.',
    ),
  review: z.boolean().optional().describe('Stop before the training until it is approved.'),
  rights,
  content: sha256
    .optional()
    .describe(
      'Of a batch only, so that it is found again: SHA-256 of the SHA-256 values of all its files, in lower case, sorted, without doubles, joined with newlines. Without it a batch is always a new one.',
    ),
  again: z
    .boolean()
    .optional()
    .describe(
      'Create another session of the same content: the same files, in any order, under the same name. Without it the existing session is answered.',
    ),
  onlyExisting: z
    .literal(true)
    .optional()
    .describe(
      'Only look: the session of this content is answered, or 404 where there is none. Nothing is created.',
    ),
});

/** `POST /sessions/{id}/resume`: goes on after a failure, a stop or an interruption. The body may be empty. */
export const resumeBody = z.strictObject({
  name: z.string().optional().describe('A corrected name for the model, while create has not been taken.'),
  minClips: z
    .number()
    .int()
    .optional()
    .describe(
      'Train although some files have no clip, on at least so many, while create has not been taken.',
    ),
  rights,
});

/** `POST /sessions/{id}/decide` */
export const decideBody = z.strictObject({
  choice: z.enum(decisions),
  name: z
    .string()
    .optional()
    .describe('With `create-again`: a corrected name for the model, when the old one was refused.'),
});

const warnings = z
  .array(z.string())
  .optional()
  .describe('What to know before it costs more, as that the provider may refuse a name of this length.');

/** Answer to `POST /sessions`: 201, or 200 with a session that is there already. */
export const createdSessionAnswer = z.object({
  sessionId: z.string(),
  existing: z.literal(true).optional().describe('There was a session of this content; this is it.'),
  status: z.enum(sessionStatuses).describe('`open`, unless it is an existing session.'),
  declared: z.number().optional().describe('Of a batch: files declared so far.'),
  uploads: z
    .array(uploadAnswer)
    .describe(
      'One PUT per file, but none for a file whose bytes another one has already. Of an existing session: for each file that was not looked at yet, while no run is under way; of an existing batch none, until its files are declared again.',
    ),
  duplicates: z.array(z.object({ trackId: z.string(), file: z.string(), duplicateOf: z.string() })),
  warnings,
});

/** Music as a client sees it; `GET /generations/{id}` links the audio of its clips. */
const musicAnswer = musicSchema.extend({
  dialect: z.enum(dialects).describe('Which kind of service makes it.'),
  clips: z.array(
    clipSchema.omit({ key: true }).extend({
      hasAudio: z.boolean().describe('Its audio is here, and whole.'),
      locked: clipSchema.shape.locked.describe(
        'The provider keeps its audio until it is unlocked there: `yes` where it says so, `perhaps` where the link answers 403. A resume copies it then, for nothing. Absent where the audio is late, or here.',
      ),
    }),
  ),
});

/** What a person can do with a session: the last part of each route's path. */
export const actions = ['start', 'resume', 'approve', 'decide', 'cancel'] as const;

/** Tracks in one answer: of more, a provider's long reasons could come to more than Lambda carries (6 MB). */
export const tracksPerAnswer = 1000;

/** Tracks of a session that may be asked for once a second: reading thousands of records is work, too. */
export const tracksPerSecond = 250;

/** Query of `GET /sessions/{id}`: only tracks after this one. */
export const getSessionQuery = z.strictObject({ after: z.string().max(16).optional() });

/** Answer to `GET /sessions/{id}`, 200, and to `POST /sessions/{id}/start|resume|approve|decide|cancel`, 202. */
export const sessionAnswer = z.object({
  sessionId: z.string(),
  kind: z.enum(sessionKinds),
  name: z.string(),
  status: z
    .enum(sessionStatuses)
    .describe(
      '`interrupted` is shown as soon as the execution is gone, before the sweep has written it down.',
    ),
  startedBy: z.enum(startedBys),
  createdAt: z.string(),
  updatedAt: z.string(),
  minClips: z.number().optional(),
  creditsSpent: z
    .number()
    .describe(
      'Credits that this session may have cost so far, by the configured prices: what was surely taken, and what perhaps.',
    ),
  creditsTaken: z
    .object({
      surely: z.number().describe('By calls that the provider took.'),
      perhaps: z.number().describe('By calls of which nobody knows whether the provider took them.'),
    })
    .describe('The same, apart.'),
  creditsToCome: z
    .number()
    .describe(
      'Credits that going on will cost by the configured prices, if nothing has to be sent twice: each track that is sent again adds the price of an upload.',
    ),
  actions: z
    .array(z.enum(actions))
    .describe(
      'What the caller can do now, in the words of the routes; empty while there is nothing to do but wait.',
    ),
  warnings,
  decisions: z.array(z.object({ choice: z.enum(decisions), by: z.string(), at: z.string() })),
  earlierFailures: z
    .array(failureAnswer.extend({ at: z.string() }))
    .optional()
    .describe(
      'Why earlier runs ended, the last ten, oldest first, with the words of the provider. Absent when none failed.',
    ),
  rights: rightsSchema
    .optional()
    .describe(
      'Who confirmed, and when, that all its files are theirs to train on; absent while that is not confirmed.',
    ),
  checkTimes: checkTimesSchema
    .optional()
    .describe(
      'When the run checks on its tasks, in seconds after a submission, where that is not by the settings alone; `learnedFrom`: from how many tasks of the provider, seen in the last days, it was learned.',
    ),
  providerCalls: z.number().describe('Calls made to the provider so far, finished loops only.'),
  provider: providerOriginSchema
    .optional()
    .describe(
      'Where its ids at the provider mean something. Going on is refused while the stack uses another one, unless it is `movable`.',
    ),
  movable: z
    .literal(true)
    .optional()
    .describe(
      'Nothing of it is at that provider yet, and it has cost nothing: begun where another one is used, it belongs to that one.',
    ),
  executionArn: z.string().optional(),
  executionUrl: z
    .url()
    .optional()
    .describe(
      "Where AWS's console shows the execution, for people with access to it; absent on a local stack.",
    ),
  modelId: z.string().optional(),
  /** Of music: what was asked for, and its clips. */
  music: musicAnswer.optional(),
  unfinished: z
    .enum(paidWorks)
    .optional()
    .describe('What is paid, or may be, and may still succeed: deleting the session gives it up.'),
  missing: z
    .array(missingSchema)
    .optional()
    .describe('Of a model that is ready: files that are not in it, and why. Absent when all are.'),
  failure: failureAnswer.optional(),
  /** What came of a batch, when a run has ended. */
  batch: batchResultSchema.optional(),
  /** At most {@link tracksPerAnswer}, in the order of the files; the others by `?after=`. */
  tracks: z.array(trackAnswer),
  /** Goes into `?after=` for the tracks that follow. */
  nextTracks: z.string().optional(),
});

/** Answer to `GET /sessions/{id}`, 200. */
export const sessionPageAnswer = sessionAnswer.partial({
  creditsSpent: true,
  creditsTaken: true,
  creditsToCome: true,
  providerCalls: true,
});

/** Answer to `DELETE /sessions/{id}`, 202. */
export const deletionAnswer = z.object({
  sessionId: z.string(),
  status: z.literal('deleting'),
  deleted: z.object({
    files: z.number().describe('Versions of files that this request deleted.'),
    tracks: z.number().describe('Tracks that this request deleted.'),
  }),
});

/** Query of `DELETE /sessions/{id}`. */
export const deleteSessionQuery = z.strictObject({
  confirm: z
    .enum(['abandon-paid-training', 'abandon-paid-music'])
    .optional()
    .describe(
      'Names what is paid and may still succeed, where there is something (`unfinished`): it is given up.',
    ),
});

/** A page of a list. */
export const listQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(25).describe('Most sessions on a page.'),
  cursor: z.string().max(1024).optional().describe('The `next` of the page before.'),
});

/** `GET /sessions?limit=…&cursor=…&status=…&kind=…&search=…&counts=true` */
export const listSessionsQuery = listQuery.extend({
  status: z
    .string()
    .max(200)
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(sessionStatuses)))
    .optional()
    .describe(`Only sessions of these statuses, with commas between them: ${sessionStatuses.join(', ')}.`),
  kind: z.enum(sessionKinds).optional().describe('Only sessions of this kind.'),
  search: z
    .string()
    .max(200)
    .optional()
    .describe('Only sessions with this in their name, in any case, or at the beginning of their id.'),
  counts: z.literal('true').optional().describe('Also count the sessions by their status.'),
});

/**
 * Answer to `GET /sessions` and `GET /generations`, 200: newest first; `next` goes into `?cursor=`. A request reads a few
 * hundred records at most, so that a page may hold fewer sessions than asked for while there is a `next`.
 */
export const sessionListAnswer = z.object({
  sessions: z.array(
    sessionAnswer.omit({
      tracks: true,
      nextTracks: true,
      batch: true,
      creditsSpent: true,
      creditsTaken: true,
      creditsToCome: true,
      providerCalls: true,
      actions: true,
      rights: true,
      decisions: true,
      earlierFailures: true,
      executionUrl: true,
    }),
  ),
  counts: z
    .partialRecord(z.enum(sessionStatuses), z.number())
    .optional()
    .describe(
      'Sessions by their status, where that was asked for: those of the kind and the name, also of statuses that are not listed.',
    ),
  counted: z
    .object({
      whole: z.boolean().describe('There are no older ones.'),
      read: z.number().describe('Records that were read.'),
    })
    .optional()
    .describe('What `counts` are of: the newest, or those from the cursor on.'),
  next: z.string().optional(),
});

export type CreateSessionBody = z.infer<typeof createSessionBody>;
export type CreatedSessionAnswer = z.infer<typeof createdSessionAnswer>;
export type SessionAnswer = z.infer<typeof sessionAnswer>;
export type SessionPageAnswer = z.infer<typeof sessionPageAnswer>;
export type DeletionAnswer = z.infer<typeof deletionAnswer>;
export type SessionListAnswer = z.infer<typeof sessionListAnswer>;
