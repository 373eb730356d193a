import * as z from 'zod';

/** An id as the provider gives it. */
export const idSchema = z.string().min(1).max(200);

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The object of an answer that has the given field: the answer itself, or what it carries under `data` or
 * `result`.
 */
export function holderOf(answer: unknown, name: string): unknown {
  if (!isRecord(answer) || answer[name] !== undefined) return answer;
  return [answer.data, answer.result].find((it) => isRecord(it) && it[name] !== undefined) ?? answer;
}
