import { createHash } from 'node:crypto';
import { createApiClient } from '../../cli/api-client.ts';
import { localTokens } from '../../cli/tokens.ts';
import type { SessionAnswer } from '../../functions/api/contract/session.ts';
import type { ReadyInfo } from '../../local/stack/ready-file.ts';
import type { TestFile } from '../../test-support/local-stack.ts';

/** Requests for one file, as long as the answer is a fault of the server. */
const tries = 4;

/**
 * A user of the API as the command line is one: on a busy machine a request may have no answer within the API's 30 s, which
 * is a 503, and is then repeated with its idempotency key.
 */
export function apiUser(ready: Pick<ReadyInfo, 'api' | 'token' | 'issuer'>) {
  const client = createApiClient(ready.api, localTokens(ready, undefined));
  const put = async (url: string, headers: Record<string, string>, body: Uint8Array<ArrayBuffer>) => {
    for (let left = tries; ; left--) {
      const answer = await fetch(url, { method: 'PUT', headers, body });
      if (answer.ok) return;
      if (answer.status < 500 || left === 1) throw new Error(`PUT: ${answer.status} ${await answer.text()}`);
      await answer.body?.cancel();
    }
  };
  return {
    /** @returns the id of a new session with these files */
    async upload(files: readonly TestFile[]): Promise<string> {
      const { sessionId, uploads } = await client.createSession({
        name: 'Night Drive',
        again: true,
        files: files.map(({ name, bytes }) => ({
          name,
          size: bytes.length,
          sha256: createHash('sha256').update(bytes).digest('hex'),
        })),
      });
      for (const { trackId, url, headers } of uploads) {
        await put(url, headers, new Uint8Array(files[Number(trackId) - 1]?.bytes ?? []));
      }
      return sessionId;
    },
    async start(sessionId: string): Promise<void> {
      await client.startSession(sessionId);
    },
    async session(sessionId: string): Promise<SessionAnswer> {
      return (await client.getSession(sessionId)).session;
    },
  };
}
