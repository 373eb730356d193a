import type { ProblemAnswer } from '../../functions/api/contract/problem.ts';
import { accessToken, SignedOut } from './sign-in.ts';

/** The API answered, but not with what was asked for. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly problems: readonly { readonly where: string; readonly message: string }[];

  constructor(status: number, message: string, problems: Refusal['problems'] = []) {
    super(message);
    this.status = status;
    this.problems = problems;
  }
}

/** No answer came, or one that says to come back. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

export interface Answer<T> {
  readonly body: T;
  /** Seconds after which to ask again. */
  readonly retryAfter: number | undefined;
}

/** Milliseconds after which an answer is given up. */
const timeoutMs = 30_000;
/** Milliseconds before a question is asked for the second and for the third time. */
const pausesMs = [500, 1500];

/** Who asks a question, and what it wants to know meanwhile. */
export interface Asking {
  readonly signal?: AbortSignal;
  /** No answer came, and the question is asked once more. */
  onRetry?(): void;
}

/** Listeners for something that a person does, and that found no answer. */
const unansweredListeners = new Set<() => void>();

/** @returns what ends the listening */
export function onUnanswered(listener: () => void): () => void {
  unansweredListeners.add(listener);
  return () => unansweredListeners.delete(listener);
}

interface Request extends Asking {
  readonly body?: object;
  readonly key?: string;
}

/**
 * Asks the API, under the page's own origin. What changes nothing is asked for three times before it is given up.
 * @param request.key names a request that may lead to a charge: repeated with the same key, the API does it once
 * @throws Refusal, Unreachable, SignedOut
 */
export async function ask<T>(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  request: Request = {},
): Promise<Answer<T>> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await askOnce<T>(method, path, request);
    } catch (error) {
      if (!(error instanceof Unreachable) || request.signal?.aborted) throw error;
      const pause = method === 'GET' ? pausesMs[tries] : undefined;
      if (pause === undefined) {
        if (request.onRetry === undefined) for (const listener of unansweredListeners) listener();
        throw error;
      }
      request.onRetry?.();
      await new Promise((resolve) => setTimeout(resolve, pause));
      if (request.signal?.aborted) throw error;
    }
  }
}

async function askOnce<T>(method: string, path: string, options: Request): Promise<Answer<T>> {
  const token = await tokenFor();
  let response = await send(method, path, token, options);
  if (response.status === 401) {
    response = await send(method, path, await tokenFor(token), options);
  }
  if (response.status >= 500 || response.status === 429)
    throw new Unreachable(`It answers ${response.status}.`);
  const text = await reached(() => response.text());
  const body = parsed(text);
  if (!response.ok) {
    const problem: Partial<ProblemAnswer> = typeof body === 'object' && body !== null ? body : {};
    throw new Refusal(
      response.status,
      problem.detail ?? problem.title ?? 'It was refused.',
      problem.problems,
    );
  }
  const seconds = Number(response.headers.get('retry-after'));
  return { body: body as T, retryAfter: seconds > 0 ? seconds : undefined };
}

function send(
  method: string,
  path: string,
  token: string,
  { body, key, signal }: Request,
): Promise<Response> {
  const headers: Record<string, string> = { authorization: `Bearer ${token}` };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (key !== undefined) headers['idempotency-key'] = key;
  const limit = AbortSignal.timeout(timeoutMs);
  return reached(() =>
    fetch(`/api${path}`, {
      method,
      headers,
      cache: 'no-store',
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
}

/** An issuer that answers with something else than a token is one that does not answer. */
async function tokenFor(refused?: string): Promise<string> {
  try {
    return await accessToken(refused);
  } catch (error) {
    if (error instanceof SignedOut) throw error;
    throw new Unreachable('The issuer does not answer.', { cause: error });
  }
}

/** Browsers say a lost connection as a TypeError, and a time-out as a DOMException. */
async function reached<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TypeError || error instanceof DOMException) {
      throw new Unreachable(error.message, { cause: error });
    }
    throw error;
  }
}

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Of a session or a part of one. */
export const pathOf = (sessionId: string, part = '') => `/sessions/${encodeURIComponent(sessionId)}${part}`;
