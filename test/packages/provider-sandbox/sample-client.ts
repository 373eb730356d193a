import { z } from 'zod';
import type { Clock } from '../../../packages/local-servers/clock.ts';

const session = z.object({ sessionId: z.string() });
const task = z.object({ taskId: z.string() });
const result = z.object({ id: z.string() });
const record = z.object({
  taskId: z.string(),
  status: z.string(),
  failReason: z.string().optional(),
  data: result.or(z.tuple([result]).transform(([first]) => first)).optional(),
  result: result.or(z.tuple([result]).transform(([first]) => first)).optional(),
});

/** A client as the provider's pages sketch one: bare fetch, a check every three seconds. */
export function sampleClient(url: string, key: string, clock: Clock) {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const ask = async (path: string, body?: object): Promise<unknown> => {
    const post = { method: 'POST', headers, ...(body ? { body: JSON.stringify(body) } : {}) };
    const response = await fetch(url + path, path.includes('?') ? { headers } : post);
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    return response.json();
  };
  const status = async (taskId: string) => record.parse(await ask(`/suno/v2/status?taskId=${taskId}`));
  return {
    ask,
    status,
    prepare: async () => session.parse(await ask('/suno/v2/customModel/prepare')).sessionId,
    upload: async (sessionId: string, audioUrl: string) =>
      task.parse(await ask('/suno/v2/customModel/upload', { sessionId, audioUrl })).taskId,
    create: async (sessionId: string, clipIds: string[], name: string) =>
      task.parse(await ask('/suno/v2/customModel/create', { sessionId, clipIds, name })).taskId,
    /** Resolves with the id in the result, rejects with the reason. */
    async end(taskId: string): Promise<string> {
      for (;;) {
        await clock.sleep(3000);
        const { status: word, failReason, ...rest } = await clock.busy(() => status(taskId));
        if (word.toLowerCase() === 'success') return (rest.data ?? rest.result)?.id ?? '';
        if (/^(failed|timeout)$/i.test(word)) throw new Error(failReason ?? word);
      }
    },
  };
}
