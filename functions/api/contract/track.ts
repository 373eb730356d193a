import * as z from 'zod';
import { trackStatuses } from '../../domain/session.ts';
import { errorNames } from '../../shared/errors.ts';
import { rightsSentence } from '../../shared/rights-sentence.ts';

/** Files and tracks as callers of the HTTP API see them. */

/** As a request gives it: 64 hex digits. */
export const sha256 = z.string().regex(/^[0-9a-fA-F]{64}$/, 'must be a SHA-256 as 64 hex digits');

/** A file that a request declares. */
export const fileBody = z.strictObject({
  name: z.string().min(1).max(255).describe("The file's own name, for messages; any characters."),
  size: z.number().int().describe('Bytes.'),
  sha256: sha256.describe('SHA-256 of the file, 64 hex digits.'),
});

/** In every request that declares files. */
export const rights = z
  .boolean()
  .optional()
  .describe(
    `Confirms, once for these files: "${rightsSentence}" Required at a paid provider, unless the stage does not ask.`,
  );

/** Most files that one request may declare, because of the size of its answer: a signed URL each. */
export const filesPerRequest = 200;

/**
 * `POST /sessions/{id}/files`: further files of a batch that has not been started. Answers 201 as `POST /sessions`
 * does. The same files from the same place may be declared again: their URLs are signed anew.
 */
export const addFilesBody = z.strictObject({
  from: z.number().int().nonnegative().describe('Files declared before these.'),
  files: z.array(fileBody).min(1).max(filesPerRequest),
  rights,
});

/**
 * `PUT /sessions/{id}/tracks/{trackId}`: another file in the place of one that was rejected, failed or never
 * sent. Answers 200 with one upload of the form in {@link createdSessionAnswer}.
 */
export const replaceTrackBody = fileBody.extend({ rights });

/** Where and how one file is to be sent. */
export const uploadAnswer = z.object({
  trackId: z.string(),
  file: z.string(),
  sha256: z.string().describe('Of the file that goes there, 64 lower-case hex digits.'),
  method: z.literal('PUT'),
  url: z.string(),
  headers: z.record(z.string(), z.string()).describe('Headers that must be sent exactly so.'),
  expiresAt: z.string(),
});

/** `POST /sessions/{id}/uploads` */
export const signUploadsBody = z.strictObject({
  tracks: z
    .array(
      z.strictObject({
        trackId: z.string(),
        parts: z
          .array(sha256)
          .min(1)
          .max(10_000)
          .optional()
          .describe(
            'To upload the file in parts of 8 MiB, the last one shorter: the SHA-256 of each of them, in order.',
          ),
      }),
    )
    .min(1)
    .max(filesPerRequest),
});

const partAnswer = uploadAnswer
  .pick({ method: true, url: true, headers: true })
  .extend({ number: z.number().describe('From 1.'), size: z.number().describe('Bytes.') });

/** Answer to `POST /sessions/{id}/uploads`, 200. */
export const signedUploadsAnswer = z.object({
  uploaded: z.array(z.string()).describe('Tracks whose file is there, or is that of another track.'),
  uploads: z.array(uploadAnswer).describe('One PUT per file.'),
  inParts: z
    .array(
      uploadAnswer
        .omit({ method: true, url: true, headers: true })
        .extend({ parts: z.array(partAnswer).describe('Those that are not there yet: one PUT per part.') }),
    )
    .describe('When all parts are sent, ask again: the file is made of them then.'),
});

export const failureAnswer = z.object({
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
  /** It lies elsewhere on the web: only the provider looks at it. */
  unchecked: z.literal(true).optional(),
  duplicateOf: z.string().optional(),
  attempts: z.number(),
  clipId: z.string().optional(),
  failure: failureAnswer.optional(),
});

export type DeclaredFileBody = z.infer<typeof fileBody>;
export type SignedUploadsAnswer = z.infer<typeof signedUploadsAnswer>;
export type TrackAnswer = z.infer<typeof trackAnswer>;
