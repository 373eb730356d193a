import * as z from 'zod';
import { dialects } from '../../provider/provider.ts';

/** The bodies and answers of the routes for personas, as their callers see them. */

const text = z.string().trim();

/** `POST /personas`: a voice and style, made from a clip of music. */
export const createPersonaBody = z.strictObject({
  name: text.describe('What you call it; music is asked for by it.'),
  description: text.min(1).optional(),
  generation: text.min(1).describe('Id of the session of the music.'),
  clip: text
    .min(1)
    .optional()
    .describe('Id of one of its clips; the first, if absent, once the audio of all is kept.'),
  again: z
    .boolean()
    .default(false)
    .describe(
      'Calls once more where the answer to the last call was lost. It may make, and cost, a second one.',
    ),
});

export const personaAnswer = z.object({
  personaId: z.string().optional().describe("The provider's id; absent while it is in doubt."),
  name: z.string(),
  description: z.string().optional(),
  status: z
    .enum(['made', 'in-doubt'])
    .describe(
      '`in-doubt`: the response to the call was lost or is still missing; whether the persona was made is unknown.',
    ),
  dialect: z.enum(dialects).describe('Where it lives, and where music with it is made.'),
  clipId: z.string(),
  sessionId: z.string().describe('The session of the music that the clip is of.'),
  calls: z.number().describe('Calls to the provider that it may have taken.'),
  createdAt: z.string().describe('When it was made; of one in doubt, when it was asked for last.'),
});

/** Answer to `GET /personas`, 200: newest first. */
export const personaListAnswer = z.object({ personas: z.array(personaAnswer) });

export type PersonaAnswer = z.infer<typeof personaAnswer>;
export type PersonaListAnswer = z.infer<typeof personaListAnswer>;
