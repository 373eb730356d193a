import * as z from 'zod';
import { idSchema } from './answer.ts';
import { readClips } from './clips.ts';
import { createSender, type ProviderOptions } from './http.ts';
import type { MusicProvider, MusicRequest, TaskStatus } from './provider.ts';
import { bounded, redact } from './redact.ts';

/** The raw object. Its `status` is `complete` at once, whether or not the music is. */
const rawAnswer = z.object({ id: idSchema, clips: z.array(z.unknown()) });
const envelopeAnswer = z.object({ code: z.literal('success'), data: idSchema });
/** Documented as the persona itself; clients also read it from an envelope. */
const rawPersona = z.object({ id: idSchema });
const envelopePersona = z.object({ code: z.literal('success'), data: z.object({ id: idSchema }) });

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

/** Status of a clip with complete audio (documented, beside `submitted`, `streaming` and `error`). */
const finishedClip = 'complete';

/**
 * A client of the relay: music, with a persona or without, and personas. Each call is sent once.
 *
 * An error is documented as `{code, message, data: null}`, but not its HTTP status, and relays are seen to answer
 * 200 with it. Such an answer proves nothing: a relay passes the call on to another service, and reports that
 * service's errors, time-outs included, in the same form. It counts as lost, and its reason is kept for the person
 * who decides: a wrong guess could pay for the music twice. An HTTP error status has its usual meaning.
 * @throws {TypeError} at once, when `baseUrl` is not an http or https URL
 */
export function createRelay(options: ProviderOptions): MusicProvider {
  const { send, readKey } = createSender(options);
  return {
    readKey,
    generate: (request) =>
      send(
        {
          call: 'generate',
          method: 'POST',
          path: '/suno/submit/music',
          body: musicBody(request),
          once: true,
        },
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
    // Not documented.
    credits: async () => undefined,
    persona: ({ clipId, name, description = '' }) => {
      const body = { root_clip_id: clipId, name, description, clips: [clipId], is_public: false };
      return send({ call: 'persona', method: 'POST', path: '/suno/persona/create/', body }, (answer) => {
        const made = rawPersona.safeParse(answer).data ?? envelopePersona.safeParse(answer).data?.data;
        return made && { personaId: made.id };
      });
    },
  };
}

/**
 * With a persona, every field is required by the page, empty where nothing is wanted. What a plain song takes is not
 * on it [U]: clients of such relays send the same fields without `task` and persona, and `make_instrumental` [C]; a
 * `task` is what they say for everything that is no plain song.
 *
 * From a clip: the page names `clip_id`, and neither `task` nor `mv` for it [U]. Clients are seen to send
 * `continue_clip_id` with `task: "extend"`, and `cover_clip_id` with `task: "cover"` [C], which ask for something else,
 * and none `clip_id`. So it goes with a plain song. What is undefined is no part of JSON.
 */
function musicBody(request: MusicRequest): object {
  const { model, prompt, tags, title, negativeTags, persona, fromClip, instrumental = false } = request;
  const song = {
    prompt,
    generation_type: 'TEXT',
    tags,
    negative_tags: negativeTags ?? '',
    mv: model,
    title: title ?? '',
  };
  if (!persona) return { ...song, make_instrumental: instrumental, clip_id: fromClip?.clipId };
  const { personaId, clipId } = persona;
  return { ...song, task: 'artist_consistency', persona_id: personaId, artist_clip_id: clipId };
}

function readFetched(
  answer: unknown,
  taskId: string,
  secrets: readonly string[],
): TaskStatus<'music'> | undefined {
  const { data: parsed } = fetched.safeParse(answer);
  if (!parsed || parsed.data.task_id !== taskId) return undefined;
  const { data } = parsed;
  const status = data.status.trim().toLowerCase();
  const phase = phases[status] ?? 'pending';
  const clips = phase === 'succeeded' ? readClips(data.data, finishedClip) : [];
  return {
    kind: 'music',
    taskId,
    phase,
    status,
    ...(data.fail_reason?.trim() ? { failReason: bounded(redact(data.fail_reason, secrets)) } : {}),
    ...(clips.length > 0 ? { clips } : {}),
  };
}
