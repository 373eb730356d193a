import * as z from 'zod';

/** Codes that say that all went well: a number like HTTP's or zero, or a word. */
const good = /^(0|2\d\d|success|succeeded|ok)$/i;

const envelope = z.object({
  code: z.union([z.string(), z.number()]).nullish().catch(undefined),
  success: z.boolean().nullish().catch(undefined),
  error: z
    .union([z.string(), z.looseObject({})])
    .nullish()
    .catch(undefined),
});

/**
 * Does an answer report an error, even if it also holds data? Services of this kind answer 200 with `{code, message,
 * data}` also when something went wrong, and `data` may then name a task that never started.
 */
export function reportsError(answer: unknown): boolean {
  const { data } = envelope.safeParse(answer);
  if (!data) return false;
  const { code, success, error } = data;
  const refused = code !== undefined && code !== null && !good.test(String(code));
  return refused || success === false || (typeof error === 'string' ? error.trim() !== '' : error != null);
}
