import * as z from 'zod';
import { settingsSchema } from '../../shared/settings.ts';

/** Who is paid here, and what is left. */
export const payeeAnswer = z.object({
  provider: z.string().describe('Host of the provider, with its port; `sandbox` on one machine without one.'),
  relay: z.string().optional().describe('Host of the relay, where one is configured.'),
  credits: z.number().optional().describe("Credits left in the provider's account, as it says itself."),
  creditsUnknown: z.string().optional().describe('Why they are not known.'),
});

/** Answer to `GET /account`, 200: with what a person who chooses files should know. */
export const accountAnswer = payeeAnswer.extend({
  prices: settingsSchema.shape.prices
    .unwrap()
    .describe('Credits for a training, for the upload of a file, and for making music once, as configured.'),
  limits: settingsSchema.shape.limits
    .unwrap()
    .pick({
      minClips: true,
      maxTracks: true,
      maxBatchFiles: true,
      minSeconds: true,
      maxSeconds: true,
      maxBytes: true,
      maxNameLength: true,
      advisedNameLength: true,
    })
    .describe('What is taken: numbers of files, lengths in seconds and characters, sizes in bytes.'),
  rightsQuestion: z.boolean().describe('Whether `rights` must be confirmed where files are declared.'),
});

export type AccountAnswer = z.infer<typeof accountAnswer>;
export type PayeeAnswer = z.infer<typeof payeeAnswer>;
