import * as z from 'zod';

/** Every error of a route, `application/problem+json` (RFC 9457). */
export const problemAnswer = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  problems: z.array(z.object({ where: z.string(), message: z.string() })).optional(),
});

export type ProblemAnswer = z.infer<typeof problemAnswer>;
