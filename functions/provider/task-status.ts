import * as z from 'zod';
import { readClips } from './clips.ts';
import type { TaskStatus } from './provider.ts';
import { bounded, redact } from './redact.ts';

/** An id as the provider gives it. */
export const idSchema = z.string().min(1).max(200);

/** `chirp-custom:<uuid>`, the only proof of a model. */
const modelIdForm = /^chirp-custom:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const answerSchema = z.object({
  taskId: idSchema,
  status: z.string().min(1).max(100),
  failReason: z.string().optional().catch(undefined),
  failCode: z
    .union([
      z.number(),
      z
        .string()
        .regex(/^\d{1,9}$/)
        .transform(Number),
    ])
    .optional()
    .catch(undefined),
  // The reference says `data`, the prose `result`; an object, or an array of one.
  data: z.unknown().optional(),
  result: z.unknown().optional(),
});

const phases: Readonly<Record<string, TaskStatus['phase']>> = {
  success: 'succeeded',
  failed: 'failed',
  timeout: 'timed-out',
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The object of an answer that has the given field: the answer itself, or what it carries under `data` or
 * `result`.
 */
export function holderOf(answer: unknown, name: string): unknown {
  if (!isRecord(answer) || answer[name] !== undefined) return answer;
  return [answer.data, answer.result].find((it) => isRecord(it) && it[name] !== undefined) ?? answer;
}

const isModelId = (value: unknown): value is string => typeof value === 'string' && modelIdForm.test(value);

/** What a value holds, its `id` first. */
function heldBy(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (!isRecord(value)) return [];
  const { id, ...rest } = value;
  return [id, ...Object.values(rest)];
}

/** The first model id, the shallowest first and `id` before its neighbours. */
function modelIdIn(result: unknown): string | undefined {
  for (let level = [result]; level.length > 0; level = level.flatMap(heldBy)) {
    const found = level.find(isModelId);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Reads the answer to a status call; unknown words count as pending, ids count only after `success`.
 * @returns `undefined` when it cannot be read, or speaks of another task than the one asked for
 */
export function readTaskStatus(
  answer: unknown,
  taskId: string,
  secrets: readonly string[],
): TaskStatus | undefined {
  const parsed = answerSchema.safeParse(holderOf(answer, 'taskId'));
  if (!parsed.success || parsed.data.taskId !== taskId) return undefined;
  const status = parsed.data.status.trim().toLowerCase();
  const phase = phases[status] ?? 'pending';
  const { failReason, failCode } = parsed.data;
  const result = parsed.data.data ?? parsed.data.result;
  const first = [result].flat().find(isRecord);
  const clipId = idSchema.safeParse(first?.id).data;
  const modelId = modelIdIn(result);
  const clips = phase === 'succeeded' ? readClips(result) : [];
  const audioIds = z.array(idSchema).safeParse(first?.audioIds).data;
  return {
    taskId,
    phase,
    status,
    ...(failReason?.trim() ? { failReason: bounded(redact(failReason, secrets)) } : {}),
    ...(failCode === undefined ? {} : { failCode }),
    ...(phase === 'succeeded' && clipId && !isModelId(clipId) ? { clipId } : {}),
    ...(phase === 'succeeded' && modelId ? { modelId } : {}),
    ...(clips.length > 0 ? { clips } : {}),
    ...(audioIds ? { audioIds } : {}),
  };
}
