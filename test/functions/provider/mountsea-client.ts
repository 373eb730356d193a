import { createMountSea } from '../../../functions/provider/mountsea.ts';
import { type Provider, ProviderError } from '../../../functions/provider/provider.ts';

export const key = 'ms-key-0123456789';
export const audioUrl = 'https://bucket.example/audio/1?X-Amz-Credential=AKIA%2F1&X-Amz-Signature=deadbeef';
export const modelId = 'chirp-custom:0f9619ff-8b86-4d01-b42d-00cf4fc964ff';

export type Answer = () => Response | Promise<Response>;

/** A client of a provider that answers like this, and what it was sent. */
export function client(
  answer: Answer,
  options: {
    timeoutMs?: number;
    key?: (how: { forceFetch: boolean }) => Promise<string>;
    creditsUrl?: string;
  } = {},
) {
  const sent: { url: string; init: RequestInit }[] = [];
  const provider = createMountSea({
    baseUrl: 'https://provider.example/prefix/',
    key: async () => `${key}\n`,
    now: () => Date.UTC(2026, 10, 20, 12),
    fetch: async (input, init = {}) => {
      sent.push({ url: String(input), init });
      return await answer();
    },
    ...options,
  });
  return { provider, sent };
}

export const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });

export async function failure(promise: Promise<unknown>): Promise<ProviderError> {
  const error: unknown = await promise.then(
    () => undefined,
    (it) => it,
  );
  if (error instanceof ProviderError) return error;
  throw new Error(`not a ProviderError: ${error}`);
}

export const song = { model: modelId, prompt: 'rain', tags: 'slow' };
/** Each call that a client sends, in its plainest form. */
export const calls: Record<string, (provider: Provider) => Promise<unknown>> = {
  prepare: (it) => it.prepare(),
  upload: (it) => it.upload({ sessionId: 's', audioUrl }),
  create: (it) => it.create({ sessionId: 's', clipIds: ['a'], name: 'n' }),
  openBatch: (it) => it.openBatch(),
  addToBatch: (it) => it.addToBatch({ sessionId: 's', audioUrl }),
  generate: (it) => it.generate(song),
  persona: (it) => it.persona({ clipId: 'c', name: 'n' }),
  status: (it) => it.status('t', 'upload'),
};
