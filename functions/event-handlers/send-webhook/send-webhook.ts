import { createHmac } from 'node:crypto';
import type * as z from 'zod';
import type { Deps } from '../../runtime/spec.ts';
import type { trigger } from './trigger.ts';

export type SendWebhookDeps = Deps<typeof trigger>;

/** Milliseconds within which the receiver has to answer. */
const patience = 10_000;

/**
 * Brings one event to the configured URL, signed so that the receiver can tell that it is ours and is not old. The
 * moment is that of this attempt, the `id` the same in all of them.
 * @throws Error for anything but a 2xx; Lambda then tries again. Its words never hold the URL, which may be secret.
 */
export async function sendWebhook(
  event: z.output<(typeof trigger)['input']>,
  { url, secret, fetch, now }: SendWebhookDeps,
): Promise<{ verdict: 'taken'; status: number }> {
  const { id, 'detail-type': type, source, time, detail } = event;
  const body = JSON.stringify({ id, type, source, time, detail });
  const seconds = Math.floor(now() / 1000);
  const headers = {
    'content-type': 'application/json',
    'chirpsmith-signature': `t=${seconds},v1=${signature(seconds, body, await secret())}`,
  };
  const signal = AbortSignal.timeout(patience);
  // A redirect is no answer: the signed event would go to a receiver that was not configured.
  const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal }).catch(
    (error: unknown) => {
      const late = error instanceof Error && error.name === 'TimeoutError';
      throw new Error(late ? `The webhook did not answer within ${patience / 1000} s.` : notReached);
    },
  );
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`The webhook answered ${answer.status}.`);
  return { verdict: 'taken', status: answer.status };
}

const notReached = 'The webhook could not be reached.';

/** HMAC-SHA256 in hexadecimal over `<timestamp>.<body>`. */
const signature = (seconds: number, body: string, secret: string) =>
  createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
