import { reportsError } from './envelope.ts';
import { type Provider, type ProviderCall, ProviderError } from './provider.ts';
import { providerWords } from './redact.ts';
import { onceOnly, readBounded } from './response-body.ts';
import {
  type Meaning,
  meaningOfBadKey,
  meaningOfFailure,
  meaningOfStatus,
  meaningOfUnreadable,
  retryAfterSeconds,
} from './response-classification.ts';

export interface ProviderOptions {
  /** `https://api.mountsea.ai`, or any server of the same API; a path is kept as a prefix. */
  readonly baseUrl: string;
  /**
   * Asked before every call. What it throws passes through unchanged: nothing was sent then. After a 401 it is
   * asked once more, with `forceFetch`: the key may have been changed since it was read.
   */
  readonly key: (how: { readonly forceFetch: boolean }) => Promise<string>;
  readonly fetch?: typeof fetch;
  /** Milliseconds for one call, body included; 15,000 unless given. */
  readonly timeoutMs?: number;
  /** Milliseconds since the epoch, for a `Retry-After` that is a date. */
  readonly now?: () => number;
}

/** Largest answer we read, in bytes, and the part of an error's body that we look at. */
const largestAnswer = 1024 * 1024;
const errorBodyLook = 64 * 1024;

/** One call of a dialect. */
export interface Request {
  readonly call: ProviderCall;
  readonly method: 'GET' | 'POST';
  /** Under the base URL, with its query; or a whole URL. */
  readonly path: string;
  readonly body?: object;
  /** Header of the key; a bearer token unless given. */
  readonly keyHeader?: 'x-api-key';
  /** Texts that an error message may repeat, and that must not be kept. */
  readonly secrets?: readonly string[];
  /** It costs real money: after a 401 its caller decides whether it is sent again. */
  readonly once?: true;
}

/**
 * Sends one call and hands its JSON to `read`, or `undefined` where it has none; `undefined` from there means unreadable.
 * @throws ProviderError
 */
export type Send = <T>(request: Request, read: Read<T>) => Promise<T>;

type Read<T> = (answer: unknown, secrets: readonly string[]) => T | undefined;

/**
 * The sender of both dialects: each call is sent once, with no retry, no redirect and one time-out. The one
 * exception is a 401 when the key has been changed meanwhile: it proves that the call was not taken, so it is sent
 * once more, with the new key, unless it is to be sent only {@link Request.once once}.
 * @throws {TypeError} at once, when `baseUrl` is not an http or https URL
 */
export function createSender(options: ProviderOptions): { send: Send } & Pick<Provider, 'readKey'> {
  const base = new URL(options.baseUrl);
  if (!['http:', 'https:'].includes(base.protocol))
    throw new TypeError('The provider base URL must be http or https.');
  const prefix = base.origin + base.pathname.replace(/\/+$/, '');
  const now = options.now ?? Date.now;

  /** A secret that was pasted may end in a line break. */
  const keyNow = async (forceFetch: boolean) => (await options.key({ forceFetch })).trim();
  /** The key that was read ahead of the next call, and that of the last one. */
  let ahead: string | undefined;
  let last: string | undefined;

  async function readKey(how: { readonly forceFetch: boolean }): Promise<boolean> {
    ahead = await keyNow(how.forceFetch);
    return ahead !== last;
  }

  async function send<T>(request: Request, read: Read<T>): Promise<T> {
    const key = ahead ?? (await keyNow(false));
    ahead = undefined;
    last = key;
    try {
      return await sendWith(key, request, read);
    } catch (error) {
      if (!(error instanceof ProviderError) || error.status !== 401 || request.once) throw error;
      // If the key cannot be re-read, report the original 401.
      const current = await keyNow(true).catch(() => key);
      if (current === key) throw error;
      return sendWith(current, request, read);
    }
  }

  async function sendWith<T>(key: string, request: Request, read: Read<T>): Promise<T> {
    const { call } = request;
    const fail = (
      meaning: Meaning,
      what: string,
      more: { status?: number; retryAfter?: number | undefined; reason?: string | undefined } = {},
    ) => {
      const message = `${call}: ${what}${more.reason === undefined ? '' : `: ${more.reason}`}`;
      // No cause: fetch puts URLs and headers into its errors' texts.
      return new ProviderError(meaning.name, { call, message, taken: meaning.taken, ...more });
    };

    if (!/^[\x21-\x7e]+$/.test(key)) {
      throw fail(meaningOfBadKey, 'the provider key is empty or holds characters that no header can carry');
    }
    const secrets = [key, ...(request.secrets ?? [])];

    const signal = AbortSignal.timeout(options.timeoutMs ?? 15_000);
    const lost = (error: unknown) => {
      const { word, ...meaning } = meaningOfFailure(error);
      const what =
        meaning.taken === 'no' ? `no connection to ${base.origin}` : `no answer from ${base.origin}`;
      return fail(meaning, `${what} (${word})`);
    };

    let response: Response;
    try {
      response = await (options.fetch ?? fetch)(
        request.path.startsWith('/') ? prefix + request.path : request.path,
        init(request, key, signal),
      );
    } catch (error) {
      throw lost(error);
    }

    const { status } = response;
    const meaning = meaningOfStatus(call, status);
    if (meaning) {
      const retryAfter = retryAfterSeconds(response.headers.get('retry-after'), now());
      // The status has decided already; a body that breaks off costs only the reason.
      const body = await readBounded(response, errorBodyLook).catch(() => undefined);
      const reason = body && providerWords(body.text, secrets);
      throw fail(meaning, `the provider answered ${status}`, { status, retryAfter, reason });
    }

    let body: Awaited<ReturnType<typeof readBounded>>;
    try {
      body = await readBounded(response, largestAnswer);
    } catch (error) {
      throw lost(error);
    }
    const answer = body.whole ? parseJson(body.text) : undefined;
    const isError = reportsError(answer);
    const result = isError ? undefined : read(answer, secrets);
    if (result === undefined) {
      const what = isError
        ? `the provider answered ${status} with an error in it`
        : `the provider answered ${status}, but the answer cannot be read`;
      throw fail(meaningOfUnreadable, what, { status, reason: providerWords(body.text, secrets) });
    }
    return result;
  }

  return { send, readKey };
}

function init(request: Request, key: string, signal: AbortSignal): RequestInit {
  const headers = {
    accept: 'application/json',
    // Each call has a connection of its own. One that is kept open does not survive Lambda's freeze, and fetch
    // would send the next paid call on it: its answer would be lost.
    connection: 'close',
    ...(request.keyHeader ? { [request.keyHeader]: key } : { authorization: `Bearer ${key}` }),
  };
  if (request.method === 'GET') return { method: 'GET', headers, redirect: 'manual', signal };
  const bytes = new TextEncoder().encode(request.body ? JSON.stringify(request.body) : '');
  return {
    method: request.method,
    headers: {
      ...headers,
      ...(request.body ? { 'content-type': 'application/json' } : {}),
      'content-length': String(bytes.length),
    },
    body: onceOnly(bytes),
    duplex: 'half',
    redirect: 'manual',
    signal,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
