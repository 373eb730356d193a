import { z } from 'zod';
import { chance } from './chance.ts';
import type { SandboxCall } from './faults.ts';
import type { Reply } from './http.ts';
import type { CallContext, Outcome } from './model.ts';
import { clipsOf, isUpload, musicWith, newestModels, newMusic, newPersona, personaProblem } from './music.ts';
import { complaint, refusal } from './refusal.ts';
import type { SandboxSettings } from './settings.ts';
import { progressOf } from './state.ts';
import type { Task, TaskProgress } from './task.ts';

/** The relay's own API, beside MountSea's: the same accounts of credits, clips and personas of its own. */

/** Documented: with a persona these, and no others. */
const tauModels = new Set(['chirp-v4-tau', 'chirp-v3-5-tau']);
/** Undocumented: what clients send for a plain song. */
const songModels = new Set(['chirp-v4', 'chirp-v3-5', 'chirp-auk', 'chirp-bluejay', 'chirp-crow']);

const text = z.string();
const song = z.object({ prompt: text, tags: text, title: text, mv: text });
/** Documented: all of them are required. */
const withPersona = song.extend({
  generation_type: z.literal('TEXT'),
  negative_tags: text,
  task: z.literal('artist_consistency'),
  persona_id: text,
  artist_clip_id: text,
});
const withClip = z.object({ clip_id: text });
const personaBody = z.object({
  root_clip_id: text,
  name: text.trim().min(1),
  description: text,
  clips: z.array(text).min(1),
  is_public: z.boolean(),
});
const fetchBody = z.object({ ids: z.array(text).max(100) });

/** Which call of the relay a request is, and the task in its path. */
export function relayRoute(
  method: string,
  path: string,
): { call: SandboxCall; taskId?: string | undefined } | undefined {
  const taskId = /^\/suno\/fetch\/([^/]+)$/.exec(path)?.[1];
  if (method === 'GET' && taskId !== undefined) return { call: 'status', taskId };
  if (method !== 'POST') return undefined;
  if (path === '/suno/submit/music') return { call: 'generate' };
  if (path === '/suno/persona/create/') return { call: 'persona' };
  return path === '/suno/fetch' ? { call: 'status' } : undefined;
}

/** Carries a call out, changing nothing: the changes are in the outcome. */
export function carryOutAtRelay(
  call: SandboxCall,
  { body, taskId }: { readonly body: unknown; readonly taskId?: string | undefined },
  context: CallContext,
): Outcome {
  if (call === 'generate') return submit(context, body);
  if (call === 'persona') return persona(context, body);
  return taskId === undefined ? fetchMany(context, body) : fetchOne(context, taskId);
}

function submit(context: CallContext, body: unknown): Outcome {
  const plain = song.safeParse(body);
  if (!plain.success) return refusal(400, complaint(plain.error));
  const { mv, title } = plain.data;
  const persona = z.object({ task: text }).safeParse(body).success;
  if (!persona && tauModels.has(mv)) return refusal(400, `mv: ${mv} needs a persona`);
  if (!persona && !songModels.has(mv) && !newestModels.includes(mv)) return refusal(400, 'mv: unknown model');
  if (persona) {
    const parsed = withPersona.safeParse(body);
    if (!parsed.success) return refusal(400, complaint(parsed.error));
    if (!tauModels.has(mv)) return refusal(400, `mv: ${mv} cannot sing with a persona`);
    const problem = personaProblem(context.state, parsed.data, 'relay');
    if (problem !== undefined) return refusal(400, problem);
  }
  const { state, settings, now } = context;
  const draw = chance(state.seed, `relay account of music ${state.music.size + 1}`);
  const drawn = `relay-${1 + Math.floor(draw * settings.accounts)}`;
  const { relayClip } = settings.dialect;
  const clipId = persona || relayClip === 'ignored' ? undefined : withClip.safeParse(body).data?.clip_id;
  const source = clipId === undefined ? { account: drawn } : sourceOf(context, clipId, drawn);
  if ('problem' in source) return refusal(400, source.problem);
  const wish = { title, account: source.account, dialect: 'relay', fromClip: clipId } as const;
  const outcome = newMusic(context, wish);
  const { task } = outcome.change ?? {};
  if (!task) return outcome;
  const { taskId } = task;
  if (settings.dialect.relayAnswer === 'envelope') {
    return { ...outcome, status: 200, body: { code: 'success', message: '', data: taskId } };
  }
  // Documented: the outer `complete` does not mean that the music is done.
  const raw = {
    id: taskId,
    clips: clipsAs('submitted', task, context),
    metadata: {},
    major_model_version: 'v4',
    status: 'complete',
    created_at: new Date(now).toISOString(),
    batch_size: task.clipIds?.length ?? 0,
  };
  return { ...outcome, status: 200, body: raw };
}

/**
 * The account of a clip that a song is made from, or what keeps it from that: the clip must exist, must be no upload, and
 * must be of the account that makes the song (documented).
 */
function sourceOf(
  { state, settings, now }: CallContext,
  clipId: string,
  drawn: string,
): { account: string } | { problem: string } {
  if (isUpload(state, clipId)) return { problem: 'clip_id: the clip is an upload' };
  const source = musicWith(state, clipId, 'relay') ?? musicWith(state, clipId, undefined);
  if (!source || progressOf(state, source, now).status !== 'success')
    return { problem: 'clip_id: unknown clip' };
  const isThere = settings.dialect.relayClip === 'same account' || source.account === drawn;
  if (source.dialect !== 'relay' || !isThere) return { problem: 'clip_id: the clip is of another account' };
  return { account: source.account };
}

function persona(context: CallContext, body: unknown): Outcome {
  const parsed = personaBody.safeParse(body);
  if (!parsed.success) return refusal(400, complaint(parsed.error));
  const { root_clip_id, clips, ...about } = parsed.data;
  if (!clips.includes(root_clip_id)) return refusal(400, 'clips: must hold root_clip_id');
  const outcome = newPersona(context, root_clip_id, 'relay');
  return outcome.status < 300 ? { ...outcome, status: 200, body: { ...outcome.body, ...about } } : outcome;
}

function fetchOne(context: CallContext, taskId: string): Outcome {
  const task = context.state.music.get(taskId);
  if (task?.dialect !== 'relay') return refusal(400, 'task_not_exist');
  const body = { code: 'success', message: '', data: recordOf(task, context) };
  return { status: 200, body, about: { taskId, account: task.account }, credits: 0 };
}

/** Several at once: those that are known. */
function fetchMany(context: CallContext, body: unknown): Outcome {
  const parsed = fetchBody.safeParse(body);
  if (!parsed.success) return refusal(400, complaint(parsed.error));
  const tasks = parsed.data.ids.flatMap((id) => context.state.music.get(id) ?? []);
  const data = tasks.filter(({ dialect }) => dialect === 'relay').map((task) => recordOf(task, context));
  return { status: 200, body: { code: 'success', message: '', data }, about: {}, credits: 0 };
}

const waitingWords = ['NOT_START', 'SUBMITTED', 'QUEUED'] as const;
const seconds = (at: number | undefined) => (at === undefined ? 0 : Math.floor(at / 1000));

/** A task's record; the share of its time that has gone by is its progress. */
function recordOf(task: Task, context: CallContext): object {
  const { state, now } = context;
  const progress = progressOf(state, task, now);
  const waited = (now - task.at) / Math.max(1, task.queued);
  const share = Math.min(0.99, (now - task.at) / Math.max(1, task.total));
  const failed = progress.status === 'failed' || progress.status === 'timeout';
  const done = progress.status === 'success';
  const word = waitingWords[Math.min(2, Math.floor(waited * 3))] ?? 'QUEUED';
  return {
    task_id: task.taskId,
    action: 'MUSIC',
    status: failed ? 'FAILURE' : done ? 'SUCCESS' : progress.status === 'queued' ? word : 'IN_PROGRESS',
    fail_reason: failed ? (progress.failReason ?? `task ${progress.status}`) : '',
    submit_time: seconds(task.at),
    start_time: progress.status === 'queued' ? 0 : seconds(task.at + task.queued),
    finish_time: seconds(progress.finishAt),
    progress: failed || done ? '100%' : `${Math.floor(share * 100)}%`,
    data: dataOf(task, progress, share, context),
  };
}

function dataOf(task: Task, progress: TaskProgress, share: number, context: CallContext): object[] {
  switch (progress.status) {
    case 'success':
      return progress.resultId === undefined ? [] : clipsAs('complete', task, context);
    case 'failed':
    case 'timeout':
      return clipsAs('error', task, context);
    default:
      return clipsAs(share > 0.5 ? 'streaming' : 'submitted', task, context);
  }
}

/** A clip that streams has a link already, to what is made of it so far. */
function clipsAs(status: string, task: Task, context: CallContext): object[] {
  const linked = status === 'streaming' || status === 'complete';
  return clipsOf(task, context).map((clip) => ({ ...clip, status, ...(linked ? {} : { audio_url: '' }) }));
}

const codes: Readonly<Record<number, string>> = {
  400: 'invalid_request',
  401: 'unauthorized',
  402: 'quota_not_enough',
  429: 'too_many_requests',
};

/** An error in the relay's form (documented), with its HTTP status or with 200 (undocumented which). */
export function relayError(
  { status, body }: Pick<Outcome, 'status' | 'body'>,
  how: SandboxSettings['dialect']['relayErrors'],
): { readonly status: number; readonly body: object } & Exclude<Reply, string> {
  const { message } = z.object({ message: text }).parse(body);
  return {
    status: how === 'as200' ? 200 : status,
    body: { code: codes[status] ?? 'fail', message, data: null },
  };
}

/** An answer that names another task than the request. */
export function withStrangersTask(body: object, stranger: string): object {
  const { data } = z.object({ data: z.unknown() }).parse(body);
  if (typeof data === 'string') return { ...body, data: stranger };
  if (typeof data === 'object' && data !== null && !Array.isArray(data)) {
    return { ...body, data: { ...data, task_id: stranger } };
  }
  return { ...body, id: stranger };
}
