import { createHash } from 'node:crypto';
import { z } from 'zod';
import {
  createdSessionAnswer,
  type SessionAnswer,
  sessionAnswer,
} from '../../functions/api/contract/session.ts';
import type { ReadyInfo } from '../../local/stack/ready-file.ts';
import { type LedgerEntry, ledgerEntrySchema } from '../../packages/provider-sandbox/ledger.ts';
import type { TestFile } from '../../test-support/local-stack.ts';

const ledgerAnswer = z.object({ entries: z.array(ledgerEntrySchema) });
const stateAnswer = z.object({
  sessions: z.array(z.object({ uploads: z.array(z.object({ taskId: z.string(), status: z.string() })) })),
});

/** What a user of the API does, and what the provider knows of it. */
export function clientOf({ api, token, provider }: Pick<ReadyInfo, 'api' | 'token' | 'provider'>) {
  const send = (method: string, route: string, body?: object) =>
    fetch(api + route, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  async function call(method: string, route: string, body?: object, reads = 3): Promise<unknown> {
    const response = await send(method, route, body);
    // A busy machine may be slower than the 30 s of an API. What only reads is asked again.
    if (response.status === 503 && method === 'GET' && reads > 1) return call(method, route, body, reads - 1);
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`${method} ${route}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  }
  const look = async (what: string): Promise<unknown> => (await fetch(`${provider}/_sandbox/${what}`)).json();

  return {
    async upload(files: readonly TestFile[]): Promise<string> {
      const declared = files.map(({ name, bytes }) => ({
        name,
        size: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      }));
      const created = await call('POST', '/sessions', { name: 'Night Drive', files: declared, again: true });
      const { sessionId, uploads } = createdSessionAnswer.parse(created);
      for (const { trackId, url, headers } of uploads) {
        const body = new Uint8Array(files[Number(trackId) - 1]?.bytes ?? []);
        const put = await fetch(url, { method: 'PUT', headers, body });
        if (!put.ok) throw new Error(`PUT ${trackId}: ${put.status} ${await put.text()}`);
      }
      return sessionId;
    },
    async session(sessionId: string): Promise<SessionAnswer> {
      return sessionAnswer.parse(await call('GET', `/sessions/${sessionId}`));
    },
    /** Whether it was done: the sweep of the stack may have gone on with the session since it was looked at. */
    async act(sessionId: string, action: SessionAnswer['actions'][number], body?: object): Promise<boolean> {
      const response = await send('POST', `/sessions/${sessionId}/${action}`, body);
      if (response.ok || response.status === 409) return response.ok;
      throw new Error(`${action} of ${sessionId}: ${response.status} ${await response.text()}`);
    },
    async ledger(): Promise<LedgerEntry[]> {
      return ledgerAnswer.parse(await look('ledger')).entries;
    },
    /** Tasks of uploads that the provider itself says have failed. */
    async failedUploads(): Promise<Set<string>> {
      const { sessions } = stateAnswer.parse(await look('state'));
      const uploads = sessions.flatMap((session) => session.uploads);
      return new Set(uploads.filter(({ status }) => status === 'failed').map(({ taskId }) => taskId));
    },
  };
}

export type Client = ReturnType<typeof clientOf>;
