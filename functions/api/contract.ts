import * as z from 'zod';
import { sessionStatuses, trackStatuses } from '../sessions/session.ts';
import { errorNames } from '../shared/errors.ts';

/** The bodies and answers of the HTTP API, as its callers see them. */

/** `POST /sessions` */
export const createSessionBody = z.strictObject({
  /** Name of the model. */
  name: z.string(),
  files: z.array(
    z.strictObject({
      /** The file's own name, for messages; any characters. */
      name: z.string().min(1).max(255),
      /** Bytes. */
      size: z.number().int(),
      /** SHA-256 of the file, 64 hex digits. */
      sha256: z.string().regex(/^[0-9a-f]{64}$/i, 'must be the SHA-256 of the file as 64 hex digits'),
    }),
  ),
  /** Fewest clips to train on; not under the provider's six. */
  minClips: z.number().int().optional(),
  /** Train on what is usable when some files are not. */
  skipInvalid: z.boolean().optional(),
});

/** Answer to `POST /sessions`, 201. */
export const createdSessionAnswer = z.object({
  sessionId: z.string(),
  status: z.literal('open'),
  /** One PUT per file, but none for a file whose bytes another one has already. */
  uploads: z.array(
    z.object({
      trackId: z.string(),
      file: z.string(),
      method: z.literal('PUT'),
      url: z.string(),
      /** Headers that must be sent exactly so. */
      headers: z.record(z.string(), z.string()),
      expiresAt: z.string(),
    }),
  ),
  duplicates: z.array(z.object({ trackId: z.string(), file: z.string(), duplicateOf: z.string() })),
});

const failureAnswer = z.object({
  error: z.enum(errorNames),
  reason: z.string(),
  permanent: z.boolean().optional(),
});

export const trackAnswer = z.object({
  trackId: z.string(),
  file: z.string(),
  status: z.enum(trackStatuses),
  format: z.string().optional(),
  durationSeconds: z.number().optional(),
  warning: z.string().optional(),
  duplicateOf: z.string().optional(),
  attempts: z.number(),
  clipId: z.string().optional(),
  failure: failureAnswer.optional(),
});

/** Answer to `GET /sessions/{id}`, 200, and to `POST /sessions/{id}/start`, 202. */
export const sessionAnswer = z.object({
  sessionId: z.string(),
  name: z.string(),
  /** `interrupted`: the record says that work is under way, but its execution is gone. */
  status: z.enum([...sessionStatuses, 'interrupted']),
  startedBy: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  minClips: z.number(),
  /** Credits that this session may have cost so far, by the configured prices. */
  creditsSpent: z.number(),
  /** Calls made to the provider so far, finished loops only. */
  providerCalls: z.number(),
  executionArn: z.string().optional(),
  modelId: z.string().optional(),
  failure: failureAnswer.optional(),
  tracks: z.array(trackAnswer),
});

/** Answer to `GET /sessions`, 200: newest first; `next` goes into `?next=`. */
export const sessionListAnswer = z.object({
  sessions: z.array(sessionAnswer.omit({ tracks: true, creditsSpent: true, providerCalls: true })),
  next: z.string().optional(),
});

/** Every error, `application/problem+json` (RFC 9457). */
export const problemAnswer = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  problems: z.array(z.object({ where: z.string(), message: z.string() })).optional(),
});

export type CreatedSessionAnswer = z.infer<typeof createdSessionAnswer>;
export type SessionAnswer = z.infer<typeof sessionAnswer>;
export type TrackAnswer = z.infer<typeof trackAnswer>;
export type SessionListAnswer = z.infer<typeof sessionListAnswer>;
export type ProblemAnswer = z.infer<typeof problemAnswer>;
