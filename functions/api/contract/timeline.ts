import * as z from 'zod';
import { decisions, sessionStatuses, startedBys, trackStatuses } from '../../domain/session.ts';
import { sessionKinds } from '../../shared/state-contracts.ts';
import { callAnswers, chargeStates, listedCalls } from '../../shared/timeline-words.ts';
import { failureAnswer } from './track.ts';

/** The timeline of a session as callers of the HTTP API see it: made for drawing. */

/** Query of `GET /sessions/{id}/timeline`: only tracks after this one. */
export const timelineQuery = z.strictObject({ after: z.string().max(16).optional() });

const seconds = z.number().describe('Seconds since the session was created.');

const timelineCall = z.object({
  call: z.enum(listedCalls),
  at: seconds,
  until: seconds.optional().describe('When its answer came, or was given up.'),
  answer: z.enum(callAnswers),
  charge: z.enum(chargeStates).describe('Were its credits taken?'),
  credits: z.number().describe('Credits that it costs when it is taken, by the configured prices.'),
  words: z
    .string()
    .optional()
    .describe("The provider's own message, or what came in place of an answer; without secrets, cut short."),
  checks: z.array(z.number()).optional().describe('Moments of the last checks on its task.'),
  provider: z
    .object({ createdAt: z.string(), finishAt: z.string() })
    .optional()
    .describe("Its task by the provider's own clock."),
  providerDoneAt: seconds.optional().describe('When the provider was done with it.'),
  end: z
    .object({ at: seconds, result: z.enum(['done', 'failed']), words: z.string().optional() })
    .optional()
    .describe('What its task came to, and when a check found it.'),
});

const usual = z.object({
  tasks: z.number().describe('How many were seen.'),
  from: z.number().describe('Seconds; a quarter took less.'),
  to: z.number().describe('Seconds; a quarter took more.'),
});

/** Answer to `GET /sessions/{id}/timeline`, 200. */
export const timelineAnswer = z.object({
  session: z.object({
    sessionId: z.string(),
    kind: z.enum(sessionKinds),
    name: z.string(),
    status: z.enum(sessionStatuses),
    startedBy: z.enum(startedBys),
    owner: z.string(),
    createdAt: z.string(),
  }),
  now: seconds.describe('When this was answered.'),
  money: z
    .object({ surely: z.number(), perhaps: z.number(), toCome: z.number() })
    .optional()
    .describe('Credits; with the first page only.'),
  checks: z
    .number()
    .optional()
    .describe('Calls that cost nothing, of finished loops; with the first page only.'),
  balances: z
    .array(z.object({ at: seconds, credits: z.number() }))
    .optional()
    .describe(
      "What the provider's account had left: read before a run sends anything, and once more where the answer to create was lost. A sign only: others may be paid from it. With the first page only.",
    ),
  usual: z
    .object({ upload: usual.optional(), training: usual.optional() })
    .optional()
    .describe(
      "How long the provider's tasks took in the last 14 days, by its own clock. With the first page only, when nothing runs.",
    ),
  work: z.array(timelineCall).describe("The session's own calls, oldest first; with the first page only."),
  turns: z
    .array(
      z.object({
        at: seconds,
        status: z.string(),
        run: z.number(),
        by: z
          .string()
          .optional()
          .describe(
            'Who began this run: a subject, `console`, `manifest` or `sweep`. Only where a run begins.',
          ),
      }),
    )
    .describe('Runs that began, and turns of the status: the first and the last 59.'),
  notes: z
    .array(
      z.object({
        at: seconds,
        what: z.enum(['approved', 'decided', 'failed']),
        by: z.string().optional(),
        choice: z.enum(decisions).optional(),
        failure: failureAnswer.optional(),
      }),
    )
    .describe('What persons decided, and why runs ended.'),
  dropped: z
    .object({ surely: z.number(), perhaps: z.number(), not: z.number() })
    .optional()
    .describe('Calls that are not listed any more, by what they cost.'),
  rows: z.array(
    z.object({
      trackId: z.string(),
      file: z.string(),
      status: z.enum(trackStatuses),
      duplicateOf: z.string().optional(),
      calls: z.array(timelineCall).describe('Oldest first; of many those that may have cost something.'),
      next: seconds.optional().describe('When the next check is due.'),
      failure: failureAnswer.optional(),
    }),
  ),
  nextRows: z.string().optional().describe('Goes into `?after=` for the rows that follow.'),
});

export type TimelineAnswer = z.infer<typeof timelineAnswer>;
