import * as z from 'zod';

/** Answer to `GET /account`, 200: who is paid here, and what is left. */
export const accountAnswer = z.object({
  provider: z.string().describe('Host of the provider, with its port; `sandbox` on one machine without one.'),
  relay: z.string().optional().describe('Host of the relay, where one is configured.'),
  credits: z.number().optional().describe("Credits left in the provider's account, as it says itself."),
  creditsUnknown: z.string().optional().describe('Why they are not known.'),
});

export type AccountAnswer = z.infer<typeof accountAnswer>;
