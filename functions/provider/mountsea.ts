import * as z from 'zod';
import { createSender, type ProviderOptions } from './http.ts';
import type { MusicRequest, Provider } from './provider.ts';
import { holderOf, idSchema, readTaskStatus } from './task-status.ts';

export interface MountSeaOptions extends ProviderOptions {
  /** Whole URL for the account's credits, which is on another host; absent where the balance is not checked. */
  readonly creditsUrl?: string | undefined;
}

const paths = {
  prepare: '/suno/v2/customModel/prepare',
  upload: '/suno/v2/customModel/upload',
  create: '/suno/v2/customModel/create',
  openBatch: '/suno/v2/audio/upload/session',
  addToBatch: '/suno/v2/audio/upload/session/item',
  status: '/suno/v2/status',
  generate: '/suno/v2/generate',
  persona: '/suno/v2/persona',
} as const;

const sessionAnswer = z.object({ sessionId: idSchema });
const taskAnswer = z.object({ taskId: idSchema });
const personaAnswer = z.object({ id: idSchema });
const creditsAnswer = z.object({ credits: z.number() });

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
  const { send, readKey } = createSender(options);
  const post = (call: keyof typeof paths) => ({ call, method: 'POST', path: paths[call] }) as const;

  const open = (call: 'prepare' | 'openBatch') => () =>
    send(post(call), (answer) => sessionAnswer.safeParse(holderOf(answer, 'sessionId')).data);
  const handOver =
    (call: 'upload' | 'addToBatch'): Provider['upload'] =>
    ({ sessionId, audioUrl }) =>
      send(
        // The query of a signed URL is what makes it a secret.
        { ...post(call), body: { sessionId, audioUrl }, secrets: audioUrl.split('?').slice(1) },
        (answer) => taskAnswer.safeParse(holderOf(answer, 'taskId')).data,
      );

  return {
    readKey,
    prepare: open('prepare'),
    upload: handOver('upload'),
    openBatch: open('openBatch'),
    addToBatch: handOver('addToBatch'),
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
    credits: async () => {
      if (creditsUrl === undefined) return undefined;
      const request = { call: 'credits', method: 'GET', path: creditsUrl, keyHeader: 'x-api-key' } as const;
      return send(request, (answer) => creditsAnswer.safeParse(holderOf(answer, 'credits')).data?.credits);
    },
  };
}
