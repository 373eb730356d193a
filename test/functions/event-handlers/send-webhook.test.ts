import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import {
  type SendWebhookDeps,
  sendWebhook,
} from '../../../functions/event-handlers/send-webhook/send-webhook.ts';

const url = 'https://hooks.example.com/t0ken?key=h1dden';
const event = {
  id: 'e-1',
  'detail-type': 'Session status changed',
  source: 'chirpsmith.prod',
  time: '2026-11-21T03:00:00Z',
  detail: { schema: 1, sessionId: 's', name: 'Été', status: 'ready' },
};
const now = () => Date.parse('2026-11-21T03:00:07.900Z');

function send(answer: () => Promise<Response>) {
  const requests: Parameters<SendWebhookDeps['fetch']>[] = [];
  const fetch: SendWebhookDeps['fetch'] = (...request) => {
    requests.push(request);
    return answer();
  };
  const sent = sendWebhook(event, { url, secret: async () => 'shared', fetch, now });
  return { sent, requests };
}

it('sends the event with a signature that the receiver can check by moment, body and secret', async () => {
  const { sent, requests } = send(async () => new Response(null, { status: 204 }));
  expect(await sent).toEqual({ verdict: 'taken', status: 204 });
  const [[to, init] = []] = requests;
  expect(to).toBe(url);
  expect(init).toMatchObject({ method: 'POST', redirect: 'manual', signal: expect.any(AbortSignal) });
  const body = String(init?.body);
  expect(JSON.parse(body)).toEqual({
    id: 'e-1',
    type: 'Session status changed',
    source: 'chirpsmith.prod',
    time: '2026-11-21T03:00:00Z',
    detail: event.detail,
  });
  expect(new Headers(init?.headers).get('content-type')).toBe('application/json');
  const header = new Headers(init?.headers).get('chirpsmith-signature') ?? '';
  const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header) ?? [];
  expect(t).toBe('1795230007');
  expect(v1).toBe(createHmac('sha256', 'shared').update(`${t}.${body}`).digest('hex'));
});

it('hangs up on a receiver that goes on talking', async () => {
  let isCancelled = false;
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(1)),
    cancel: () => {
      isCancelled = true;
    },
  });
  expect(await send(async () => new Response(endless)).sent).toMatchObject({ status: 200 });
  expect(isCancelled).toBe(true);
});

it.each([301, 400, 410, 429, 500, 503])('fails on %i, so that it is tried again', async (status) => {
  const { sent } = send(async () => new Response('no', { status }));
  await expect(sent).rejects.toThrow(`The webhook answered ${status}.`);
});

it.each([
  [new DOMException(`${url} was aborted`, 'TimeoutError'), 'The webhook did not answer within 10 s.'],
  [new TypeError(`fetch failed: ${url}`), 'The webhook could not be reached.'],
  [undefined, 'The webhook could not be reached.'],
])('fails without showing the URL: %s', async (error, words) => {
  const { sent } = send(() => Promise.reject(error));
  const failure: unknown = await sent.catch((thrown: unknown) => thrown);
  expect(failure).toEqual(new Error(words));
  expect(Object(failure).cause).toBeUndefined();
});
