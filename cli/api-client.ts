import { setTimeout as delay } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import {
  type CreatedSessionAnswer,
  createdSessionAnswer,
  problemAnswer,
  type SessionAnswer,
  type SessionListAnswer,
  sessionAnswer,
  sessionListAnswer,
} from '../functions/api/contract.ts';
import type { Problem } from '../functions/shared/errors.ts';

/** The API answered, but not with what was asked for. */
export class ApiRefusal extends Error {
  override readonly name = 'ApiRefusal';
  readonly status: number;
  readonly problems: readonly Problem[];

  constructor(status: number, message: string, problems: readonly Problem[] = []) {
    super(message);
    this.status = status;
    this.problems = problems;
  }
}

/** No answer came, or none that can be read. */
export class ApiUnreachable extends Error {
  override readonly name = 'ApiUnreachable';
}

/** What the command line needs of the HTTP API. Every method throws ApiRefusal or ApiUnreachable. */
export interface ApiClient {
  createSession(body: {
    name: string;
    files: readonly { name: string; size: number; sha256: string }[];
    minClips: number;
    skipInvalid: boolean;
  }): Promise<CreatedSessionAnswer>;
  startSession(sessionId: string): Promise<SessionAnswer>;
  /** `retryAfter` in seconds, where the API gave one. */
  getSession(sessionId: string): Promise<{ session: SessionAnswer; retryAfter: number | undefined }>;
  listSessions(next?: string): Promise<SessionListAnswer>;
}

const timeoutMs = 30_000;
const tries = 4;

/**
 * A client of the API at `api`. A stack may outlive its first token; a 401 gets one new token of the local
 * issuer and one more try. Reading and starting are repeated a few times when no answer comes, because
 * they may run twice (start names its execution); creating is not.
 */
export function createApiClient(
  stack: { api: string; token: string; issuer: string },
  { fetch = globalThis.fetch }: { fetch?: typeof globalThis.fetch } = {},
): ApiClient {
  const base = stack.api.replace(/\/+$/, '');
  let token = stack.token;

  async function send(method: string, path: string, body?: unknown): Promise<Response> {
    const headers: Record<string, string> = { authorization: `Bearer ${token}` };
    if (body !== undefined) headers['content-type'] = 'application/json';
    try {
      return await fetch(base + path, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (error) {
      const timedOut = error instanceof Error && error.name === 'TimeoutError';
      throw new ApiUnreachable(
        timedOut ? `The API did not answer within ${timeoutMs / 1000} s.` : 'The API does not answer.',
        { cause: error },
      );
    }
  }

  async function call<T>(
    method: string,
    path: string,
    schema: z.ZodType<T>,
    { body, repeat }: { body?: unknown; repeat: boolean },
  ): Promise<{ answer: T; headers: Headers }> {
    for (let attempt = 1; ; attempt++) {
      try {
        let response = await send(method, path, body);
        if (response.status === 401) {
          token = await newToken(stack.issuer, token, fetch);
          response = await send(method, path, body);
        }
        if (response.status >= 500 && repeat && attempt < tries) {
          await response.body?.cancel();
          await delay(150 * 2 ** attempt);
          continue;
        }
        return { answer: await read(response, schema), headers: response.headers };
      } catch (error) {
        if (!(error instanceof ApiUnreachable) || !repeat || attempt >= tries) throw error;
        await delay(150 * 2 ** attempt);
      }
    }
  }

  const at = (sessionId: string) => `/sessions/${encodeURIComponent(sessionId)}`;
  return {
    async createSession(body) {
      return (await call('POST', '/sessions', createdSessionAnswer, { body, repeat: false })).answer;
    },
    async startSession(sessionId) {
      return (await call('POST', `${at(sessionId)}/start`, sessionAnswer, { repeat: true })).answer;
    },
    async getSession(sessionId) {
      const { answer, headers } = await call('GET', at(sessionId), sessionAnswer, { repeat: true });
      return { session: answer, retryAfter: secondsOf(headers.get('retry-after')) };
    },
    async listSessions(next) {
      const query = next === undefined ? '' : `?next=${encodeURIComponent(next)}`;
      return (await call('GET', `/sessions${query}`, sessionListAnswer, { repeat: true })).answer;
    },
  };
}

async function read<T>(response: Response, schema: z.ZodType<T>): Promise<T> {
  let body: unknown;
  try {
    body = await response.json();
  } catch (error) {
    throw new ApiUnreachable(`The API gave an answer that cannot be read (HTTP ${response.status}).`, {
      cause: error,
    });
  }
  if (!response.ok) {
    const problem = problemAnswer.safeParse(body);
    if (problem.success) {
      const { detail, title, problems } = problem.data;
      // The detail may repeat the problems, line by line; they are shown once.
      const summary = problems ? detail.split('\n')[0] : detail;
      throw new ApiRefusal(response.status, summary || title, problems);
    }
    throw new ApiRefusal(response.status, `The API answered with HTTP ${response.status}.`);
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
  throw new ApiUnreachable(`The API gave an answer of another shape than agreed (${fields}).`);
}

const tokenAnswer = z.object({ access_token: z.string() });

/** A new token for the same person. */
async function newToken(issuer: string, old: string, fetch: typeof globalThis.fetch): Promise<string> {
  let subject: string | undefined;
  try {
    subject = decodeJwt(old).sub;
  } catch {
    // A token that cannot be read names nobody; the issuer then takes its default.
  }
  try {
    const response = await fetch(`${issuer.replace(/\/+$/, '')}/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(subject === undefined ? {} : { subject }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    return tokenAnswer.parse(await response.json()).access_token;
  } catch {
    throw new ApiRefusal(401, 'The API refuses our token, and the local issuer gives no new one.');
  }
}

/** Seconds of a Retry-After, which is a number of seconds or a date. */
function secondsOf(retryAfter: string | null): number | undefined {
  if (retryAfter === null) return undefined;
  if (/^\d+$/.test(retryAfter.trim())) return Number(retryAfter);
  const at = Date.parse(retryAfter);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - Date.now()) / 1000));
}
