import * as z from 'zod';
import { customModelPattern } from '../shared/uuid.ts';
import { holderOf, idSchema, isRecord } from './answer.ts';
import { readClips } from './clips.ts';
import type { TaskKind, TaskResults, TaskStatus } from './provider.ts';
import { bounded, redact } from './redact.ts';

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
  createdAt: z.iso.datetime({ offset: true }).optional().catch(undefined),
  finishAt: z.iso.datetime({ offset: true }).optional().catch(undefined),
  // The reference says `data`, the prose `result`; an object, or an array of one.
  data: z.unknown().optional(),
  result: z.unknown().optional(),
});

const phases: Readonly<Record<string, TaskStatus['phase']>> = {
  success: 'succeeded',
  failed: 'failed',
  timeout: 'timed-out',
};

/** `chirp-custom:<uuid>`, the only proof of a model. */
const isModelId = (value: unknown): value is string =>
  typeof value === 'string' && customModelPattern.test(value);

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

/** Fields that may name a model's base: no page names one; these are how such services call it elsewhere. */
const baseFields = [
  'base_model',
  'baseModel',
  'base_model_name',
  'baseModelName',
  'major_model_version',
  'majorModelVersion',
  'model_version',
  'modelVersion',
  'base',
  'mv',
];

/** A short word, such as `v6` or `chirp-hawk`. */
const baseName = z
  .string()
  .trim()
  .regex(/^[\w.+-][\w.+ -]{0,59}$/);

/** What the model is based on: the shallowest object that names it. */
function baseIn(result: unknown): string | undefined {
  for (let level = [result]; level.length > 0; level = level.flatMap(heldBy)) {
    for (const record of level.filter(isRecord)) {
      for (const field of baseFields) {
        const { data } = baseName.safeParse(record[field]);
        if (data !== undefined && !isModelId(data)) return data;
      }
    }
  }
  return undefined;
}

/** Reads the result of a task, by the task's kind. */
const resultReaders: { readonly [Kind in TaskKind]: (result: unknown) => TaskResults[Kind] } = {
  upload: (result) => {
    const clipId = idSchema.safeParse(firstRecord(result)?.id).data;
    return clipId && !isModelId(clipId) ? { clipId } : {};
  },
  training: (result) => {
    const modelId = modelIdIn(result);
    const base = modelId && baseIn(result);
    return { ...(modelId ? { modelId } : {}), ...(base ? { base } : {}) };
  },
  music: (result) => {
    const clips = readClips(result);
    return clips.length > 0 ? { clips } : {};
  },
  batch: (result) => {
    const audioIds = z.array(idSchema).safeParse(firstRecord(result)?.audioIds).data;
    return audioIds ? { audioIds } : {};
  },
};

const firstRecord = (result: unknown) => [result].flat().find(isRecord);

const utc = (iso: string) => new Date(iso).toISOString();

/** Undefined where one is missing, or where the end is not after the beginning. */
function secondsBetween(from: string | undefined, to: string | undefined): number | undefined {
  if (from === undefined || to === undefined) return undefined;
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000;
  return seconds > 0 ? seconds : undefined;
}

/**
 * Reads the answer to a status call. An unknown status counts as pending; a result counts only after `success`.
 * @returns `undefined` when it cannot be read, or is about another task than the one asked for
 */
export function readTaskStatus<Kind extends TaskKind>(
  answer: unknown,
  { taskId, kind, secrets }: { taskId: string; kind: Kind; secrets: readonly string[] },
): TaskStatus<Kind> | undefined {
  const parsed = answerSchema.safeParse(holderOf(answer, 'taskId'));
  if (!parsed.success || parsed.data.taskId !== taskId) return undefined;
  const status = parsed.data.status.trim().toLowerCase();
  const phase = phases[status] ?? 'pending';
  const { failReason, failCode, createdAt, finishAt } = parsed.data;
  const took = secondsBetween(createdAt, finishAt);
  const tookSeconds = phase === 'succeeded' ? took : undefined;
  // A batch session is a success from the beginning, and lists the clips that it has so far.
  const hasResult = phase === 'succeeded' || kind === 'batch';
  const none: TaskResults[Kind] = {};
  return {
    kind,
    taskId,
    phase,
    status,
    ...(failReason?.trim() ? { failReason: bounded(redact(failReason, secrets)) } : {}),
    ...(failCode === undefined ? {} : { failCode }),
    ...(took === undefined || createdAt === undefined || finishAt === undefined || phase === 'pending'
      ? {}
      : { provider: { createdAt: utc(createdAt), finishAt: utc(finishAt) } }),
    ...(tookSeconds === undefined ? {} : { tookSeconds }),
    ...(hasResult ? resultReaders[kind](parsed.data.data ?? parsed.data.result) : none),
  };
}
