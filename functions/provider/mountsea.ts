import * as z from 'zod';
import { holderOf, idSchema } from './answer.ts';
import { createSender } from './http.ts';
import { intakeOf, type MountSeaOptions, taskAnswer } from './mountsea-intake.ts';
import type { MusicRequest, Provider } from './provider.ts';
import { readTaskStatus } from './task-status.ts';

const paths = {
  create: '/suno/v2/customModel/create',
  status: '/suno/v2/status',
  generate: '/suno/v2/generate',
  persona: '/suno/v2/persona',
} as const;

const personaAnswer = z.object({ id: idSchema });

/** What a custom model can be asked for besides, in the names of the API. What is undefined is no part of JSON. */
function musicBody(request: MusicRequest): object {
  const { model, prompt, tags, title, negativeTags, instrumental, persona } = request;
  return {
    task: 'create',
    model,
    prompt,
    tags,
    title,
    negative_tags: negativeTags,
    ...(instrumental ? { make_instrumental: true } : {}),
    persona: persona && { persona_id: persona.personaId, artist_clip_id: persona.clipId },
  };
}

/**
 * A client of the MountSea API. It sends each call once: no retry, no redirect, one time-out.
 * @throws {TypeError} at once, when `baseUrl` is not an http or https URL
 */
export function createMountSea({ creditsUrl, ...options }: MountSeaOptions): Provider {
  const sender = createSender(options);
  const { send } = sender;
  const post = (call: keyof typeof paths) => ({ call, method: 'POST', path: paths[call] }) as const;

  return {
    ...intakeOf(sender, creditsUrl),
    create: ({ sessionId, clipIds, name }) =>
      send({ ...post('create'), body: { sessionId, clipIds, name }, once: true }, (answer) => {
        const task = taskAnswer.safeParse(holderOf(answer, 'taskId')).data;
        // Documented: the task is the session. Anything else proves nothing; the session's status settles it.
        return task?.taskId === sessionId ? task : undefined;
      }),
    status: (taskId, kind) =>
      send(
        { call: 'status', method: 'GET', path: `${paths.status}?${new URLSearchParams({ taskId })}` },
        (answer, secrets) => readTaskStatus(answer, { taskId, kind, secrets }),
      ),
    generate: (request) =>
      send(
        { ...post('generate'), body: musicBody(request), once: true },
        (answer) => taskAnswer.safeParse(holderOf(answer, 'taskId')).data,
      ),
    persona: ({ clipId, name, description }) => {
      const body = { clip_id: clipId, name, is_public: false, description };
      return send({ ...post('persona'), body }, (answer) => {
        const { data } = personaAnswer.safeParse(holderOf(answer, 'id'));
        return data && { personaId: data.id };
      });
    },
  };
}
