import * as z from 'zod';
import { readClips } from './clips.ts';
import { createSender, type ProviderOptions } from './http.ts';
import { type MusicClip, type MusicRequest, type Provider, refusing, type TaskStatus } from './provider.ts';
import { idSchema } from './task-status.ts';
import { bounded, redact } from './words.ts';

/** What the relay makes music with a persona with (documented); the newer one first. */
export const relayModels = ['chirp-v4-tau', 'chirp-v3-5-tau'] as const;

/** The raw object. Its own `status` is `complete` at once and says nothing of the music. */
const rawAnswer = z.object({ id: idSchema, clips: z.array(z.unknown()) });
const envelopeAnswer = z.object({ code: z.literal('success'), data: idSchema });
const personaAnswer = z.object({ id: idSchema });

const fetched = z.object({
  code: z.literal('success'),
  data: z.object({
    task_id: idSchema,
    status: z.string().min(1).max(100),
    fail_reason: z.string().nullish().catch(undefined),
    data: z.unknown().optional(),
  }),
});

const phases: Readonly<Record<string, TaskStatus['phase']>> = { success: 'succeeded', failure: 'failed' };

/** A clip's own word that its audio is there; before that a link may be there that plays what is made so far. */
const clipWords = z.array(z.object({ status: z.string().optional() })).catch([]);

/**
 * A client of the relay: music with a persona, and the personas for it. Each call is sent once.
 * @throws {TypeError} at once, when `baseUrl` is not an http or https URL
 */
export function createRelay(options: ProviderOptions): Provider {
  const send = createSender(options);
  return {
    ...refusing('relay'),
    generate: (request) =>
      send(
        { call: 'generate', method: 'POST', path: '/suno/submit/music', body: musicBody(request) },
        (answer) => {
          const taskId = rawAnswer.safeParse(answer).data?.id ?? envelopeAnswer.safeParse(answer).data?.data;
          return taskId === undefined ? undefined : { taskId };
        },
      ),
    status: (taskId) =>
      send(
        { call: 'status', method: 'GET', path: `/suno/fetch/${encodeURIComponent(taskId)}` },
        (answer, secrets) => readFetched(answer, taskId, secrets),
      ),
    persona: ({ clipId, name, description = '' }) => {
      const body = { root_clip_id: clipId, name, description, clips: [clipId], is_public: false };
      return send({ call: 'persona', method: 'POST', path: '/suno/persona/create/', body }, (answer) => {
        const { data } = personaAnswer.safeParse(answer);
        return data && { personaId: data.id };
      });
    },
  };
}

/** Every field is required by the page, empty where nothing is wanted. */
function musicBody({ model, prompt, tags, title, negativeTags, persona }: MusicRequest): object {
  return {
    prompt,
    generation_type: 'TEXT',
    tags,
    negative_tags: negativeTags ?? '',
    mv: model,
    title: title ?? '',
    task: 'artist_consistency',
    persona_id: persona?.personaId ?? '',
    artist_clip_id: persona?.clipId ?? '',
  };
}

function readFetched(answer: unknown, taskId: string, secrets: readonly string[]): TaskStatus | undefined {
  const { data: parsed } = fetched.safeParse(answer);
  if (!parsed || parsed.data.task_id !== taskId) return undefined;
  const { data } = parsed;
  const status = data.status.trim().toLowerCase();
  const phase = phases[status] ?? 'pending';
  const words = clipWords.parse(data.data);
  const clips = phase === 'succeeded' ? readClips(data.data) : [];
  return {
    taskId,
    phase,
    status,
    ...(data.fail_reason?.trim() ? { failReason: bounded(redact(data.fail_reason, secrets)) } : {}),
    ...(clips.length > 0
      ? { clips: clips.map((clip, index) => withoutUnfinished(clip, words[index]?.status)) }
      : {}),
  };
}

function withoutUnfinished(clip: MusicClip, word: string | undefined): MusicClip {
  if (word === undefined || word === 'complete') return clip;
  const { audioUrl: _early, ...rest } = clip;
  return rest;
}
