import * as z from 'zod';
import { providerOriginSchema } from '../../domain/provider-origin.ts';
import { rightsSchema } from '../../domain/rights.ts';
import { dialects } from '../../provider/provider.ts';
import { listQuery, sessionAnswer } from './session.ts';

/** The bodies and answers of the routes for music, as their callers see them. */

const text = z.string().trim();
const optionalText = text.min(1).optional();

/** `POST /generations`: music is a session like any other, cancelled, resumed and decided by its id. */
export const createGenerationBody = z.strictObject({
  model: text
    .min(1)
    .optional()
    .describe(
      "`chirp-custom:<uuid>` or the name of a model of the caller's, or one of the provider's own; with a persona, and at the relay, it may be left out.",
    ),
  persona: text
    .min(1)
    .optional()
    .describe("The name of a persona of the caller's, the newest of that name, or its id."),
  fromClip: z
    .string()
    .regex(/^[\w-]{1,100}$/, 'is no id of a clip')
    .optional()
    .describe(
      'The id of a clip to make the music from, at the relay and without a persona. It must exist there, must have been generated and not uploaded, and must be of the same account. A clip of music of the caller at this relay is known to be; another needs `uncheckedClip`. The page of the relay leaves open which fields go with it.',
    ),
  uncheckedClip: z
    .boolean()
    .default(false)
    .describe('Passes on a `fromClip` of which nothing is known here.'),
  dialect: z
    .enum(dialects)
    .optional()
    .describe(
      'Where it is made; of itself where its persona lives, at the relay from a clip, or where its model is.',
    ),
  prompt: z.string(),
  tags: text.default(''),
  title: optionalText,
  negativeTags: optionalText,
  instrumental: z.boolean().default(false),
});

/** Answer to `POST /generations`, 202. */
export const createdGenerationAnswer = z.object({
  session: sessionAnswer,
  /** What the caller should know, such as that several models have the name. */
  warnings: z.array(z.string()),
});

/** Answer to `GET /generations/{id}`, 200. */
export const generationAnswer = z.object({
  session: sessionAnswer,
  /** The audio that is there, each with a link made for this answer. */
  downloads: z.array(
    z.object({ clipId: z.string(), file: z.string(), url: z.string(), expiresAt: z.string() }),
  ),
});

/** `GET /generations`, as `GET /sessions` takes it; answered alike. */
export const listGenerationsQuery = listQuery;

/** Answer to `GET /models`, 200: newest first. */
export const modelListAnswer = z.object({
  models: z.array(
    z.object({
      modelId: z.string(),
      name: z.string(),
      sessionId: z.string(),
      files: z.array(z.string()),
      credits: z.number(),
      createdAt: z.string(),
      base: z
        .string()
        .optional()
        .describe(
          'What the provider calls the model that it was trained on top of, where its answer says so. No page documents a field for it.',
        ),
      rights: rightsSchema
        .optional()
        .describe('Who confirmed that the recordings are theirs to train on, and when.'),
      provider: providerOriginSchema
        .optional()
        .describe('Where its id means something: a stack that uses another provider makes no music with it.'),
    }),
  ),
  slots: z
    .object({ used: z.number(), limit: z.number() })
    .optional()
    .describe(
      'How many models of yours are known here, of those that the account can hold; where `settings.limits.models` says it.',
    ),
  /** Before another model is paid for: that the account may be full. */
  warning: z.string().optional(),
});

export type CreatedGenerationAnswer = z.infer<typeof createdGenerationAnswer>;
export type GenerationAnswer = z.infer<typeof generationAnswer>;
export type ModelListAnswer = z.infer<typeof modelListAnswer>;
