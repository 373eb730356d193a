import type { ProviderCall, ProviderErrorName } from './provider.ts';

/** What an answer, or its absence, means: our name for it, and whether the call can have been taken. */
export interface Meaning {
  readonly name: ProviderErrorName;
  /** `no` is a proof; `unknown` is anything less. */
  readonly taken: 'no' | 'unknown';
}

const throttled: Meaning = { name: 'ProviderThrottled', taken: 'no' };
const unreachable: Meaning = { name: 'ProviderUnreachable', taken: 'no' };
const lost: Meaning = { name: 'ProviderAnswerLost', taken: 'unknown' };
const refused: Meaning = { name: 'ProviderRefused', taken: 'no' };
const auth: Meaning = { name: 'ProviderAuth', taken: 'no' };
const poor: Meaning = { name: 'CreditsExhausted', taken: 'no' };

/** The provider documents only 400, so these follow the definitions of HTTP. Any other 4xx is a refusal. */
const meanings: Readonly<Record<number, Meaning>> = {
  401: auth,
  402: poor,
  403: auth,
  408: lost,
  429: throttled,
  // Reported of resellers, for calls that come too often.
  430: throttled,
};

/**
 * What an HTTP status means for a call; `undefined` for 2xx, where the body decides. Redirects are not followed, and a
 * server that redirects may have passed the call on. Doubt counts as lost: that costs a question, a mistake costs a
 * model.
 */
export function meaningOfStatus(call: ProviderCall, status: number): Meaning | undefined {
  if (status >= 200 && status <= 299) return undefined;
  // A conflict on create may mean that the session is training already; its status settles it.
  if (status === 409 && call === 'create') return lost;
  return meanings[status] ?? (status >= 400 && status <= 499 ? refused : lost);
}

/** A 2xx whose body reports an error, cannot be read, is too large or names another task. */
export const meaningOfUnreadable: Meaning = lost;

/** A key that cannot be put into a header: nothing was sent. */
export const meaningOfBadKey: Meaning = auth;

/** Failures that happen before a request can be written: names, connections, certificates. */
const beforeSending = new Set<unknown>([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

const field = (error: object, name: string): unknown => Object.getOwnPropertyDescriptor(error, name)?.value;

/** The error and its causes, outermost first, each of them once. */
function chain(error: unknown): object[] {
  const found: object[] = [];
  let next = error;
  while (typeof next === 'object' && next !== null && !found.includes(next)) {
    found.push(next);
    next = field(next, 'cause');
  }
  return found;
}

function neverSent(error: unknown): boolean {
  return chain(error).some((it) => {
    // Several addresses were tried: all of them must have failed before sending.
    if (it instanceof AggregateError) return it.errors.length > 0 && it.errors.every(neverSent);
    return beforeSending.has(field(it, 'code')) || field(it, 'syscall') === 'connect';
  });
}

/**
 * What a failed fetch, or a body that broke off, means.
 * @returns with a short cause for messages: the system's code or the error's name, never its text, which
 * may hold a URL or a header
 */
export function meaningOfFailure(error: unknown): Meaning & { readonly word: string } {
  const errors = chain(error);
  const codes = errors.map((it) => field(it, 'code')).filter((code) => typeof code === 'string');
  const names = errors.filter((it) => it instanceof Error).map(({ name }) => name);
  const timedOut = names.includes('TimeoutError');
  const word = timedOut ? 'time-out' : (codes.at(-1) ?? names.at(-1) ?? 'unknown failure');
  return { ...(neverSent(error) ? unreachable : lost), word };
}

/** Longest wait we take from a `Retry-After`, in seconds: beyond it the deadline should decide. */
export const longestRetryAfter = 3600;

/**
 * Seconds to wait by a `Retry-After` header (RFC 9110: whole seconds or an HTTP date), 0 to
 * {@link longestRetryAfter}, rounded up; `undefined` when it is absent or makes no sense.
 * @param now milliseconds since the epoch
 */
export function retryAfterSeconds(header: string | null, now: number): number | undefined {
  const text = header?.trim() ?? '';
  const bounded = (seconds: number) => Math.min(longestRetryAfter, Math.max(0, Math.ceil(seconds)));
  if (/^\d+(\.\d+)?$/.test(text)) return bounded(Number(text));
  // Date.parse reads almost anything; an HTTP date begins with the day and ends in GMT.
  if (!/^[A-Z][a-z]+, .+ GMT$/.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : bounded((at - now) / 1000);
}
