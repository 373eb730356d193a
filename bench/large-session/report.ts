import { z } from 'zod';

const measuredSchema = z.object({
  requests: z.number(),
  seconds: z.number(),
  cpuSeconds: z.number(),
  /** Of the process since its start. */
  peakMegabytes: z.number(),
});

/** What the process of the functions measured. */
export const reportSchema = z.object({
  /** Megabytes before the first request. */
  start: z.number(),
  read: measuredSchema,
  deleted: measuredSchema,
});
