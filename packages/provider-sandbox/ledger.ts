import { z } from 'zod';
import { sandboxCalls } from './faults.ts';

/** One call to the provider and what it cost. Holds no key, no query and no body. */
export const ledgerEntrySchema = z.object({
  /** 1, 2, … over the life of the sandbox, restarts included. */
  seq: z.number().int().positive(),
  /** Milliseconds of provider time. */
  at: z.number().int(),
  method: z.string(),
  /** Without its query. */
  path: z.string(),
  call: z.enum([...sandboxCalls, 'credits', 'other']),
  sessionId: z.string().optional(),
  taskId: z.string().optional(),
  account: z.string().optional(),
  /** Of an upload, single or in a batch: which audio, as the path of its URL. */
  audio: z.string().optional(),
  /** HTTP status of the answer; `null` when there was none. */
  status: z.number().int().nullable(),
  /** Was it carried out, even if the client got an error? */
  taken: z.boolean(),
  /** Credits charged. */
  credits: z.number(),
  /** Seconds in the `Retry-After` of a call over the rate limit. */
  retryAfter: z.number().int().optional(),
  /** Kind of the fault that acted on it. */
  fault: z.string().optional(),
});

export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;

/** Calls and credits, counted. */
export function summarize(entries: readonly LedgerEntry[]): {
  calls: Record<string, number>;
  credits: number;
} {
  const calls: Record<string, number> = {};
  let credits = 0;
  for (const entry of entries) {
    calls[entry.call] = (calls[entry.call] ?? 0) + 1;
    credits += entry.credits;
  }
  return { calls, credits };
}
