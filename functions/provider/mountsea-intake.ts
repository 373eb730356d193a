import * as z from 'zod';
import { holderOf, idSchema } from './answer.ts';
import { createSender, type ProviderOptions } from './http.ts';
import type { Intake } from './provider.ts';

export interface MountSeaOptions extends ProviderOptions {
  /** Whole URL for the account's credits, which is on another host; absent where the balance is not checked. */
  readonly creditsUrl?: string | undefined;
}

const paths = {
  prepare: '/suno/v2/customModel/prepare',
  upload: '/suno/v2/customModel/upload',
  openBatch: '/suno/v2/audio/upload/session',
  addToBatch: '/suno/v2/audio/upload/session/item',
} as const;

const sessionAnswer = z.object({ sessionId: idSchema });
export const taskAnswer = z.object({ taskId: idSchema });
const creditsAnswer = z.object({ credits: z.number() });

/**
 * The calls of the MountSea API by which sessions begin. Each is sent once: no retry, no redirect, one time-out.
 * @throws {TypeError} at once, when `baseUrl` is not an http or https URL
 */
export const createIntake = ({ creditsUrl, ...options }: MountSeaOptions): Intake =>
  intakeOf(createSender(options), creditsUrl);

/** The same calls by a sender that others share. */
export function intakeOf(
  { send, readKey }: ReturnType<typeof createSender>,
  creditsUrl: string | undefined,
): Intake {
  const post = (call: keyof typeof paths) => ({ call, method: 'POST', path: paths[call] }) as const;
  const open = (call: 'prepare' | 'openBatch') => () =>
    send(post(call), (answer) => sessionAnswer.safeParse(holderOf(answer, 'sessionId')).data);
  const handOver =
    (call: 'upload' | 'addToBatch'): Intake['upload'] =>
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
    credits: async () => {
      if (creditsUrl === undefined) return undefined;
      const request = { call: 'credits', method: 'GET', path: creditsUrl, keyHeader: 'x-api-key' } as const;
      return send(request, (answer) => creditsAnswer.safeParse(holderOf(answer, 'credits')).data?.credits);
    },
  };
}
