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

/**
 * HTTP status × call → meaning; the first row that fits counts. The provider documents only 400, so the
 * other rows follow HTTP's own words, and doubt goes to `unknown`: that costs a question, the other a model.
 */
const rows: readonly {
  readonly from: number;
  readonly to: number;
  readonly call?: ProviderCall;
  readonly is: Meaning;
}[] = [
  { from: 100, to: 199, is: lost },
  // Redirects are not followed: whoever stands there may have passed the call on.
  { from: 300, to: 399, is: lost },
  { from: 401, to: 401, is: auth },
  { from: 402, to: 402, is: poor },
  { from: 403, to: 403, is: auth },
  { from: 408, to: 408, is: lost },
  // A conflict on create may mean that the session is training already; its status settles it.
  { from: 409, to: 409, call: 'create', is: lost },
  { from: 429, to: 429, is: throttled },
  { from: 400, to: 499, is: refused },
  { from: 500, to: 599, is: lost },
];

/** What an HTTP status means for a call; `undefined` for 2xx, where the body decides. */
export function meaningOfStatus(call: ProviderCall, status: number): Meaning | undefined {
  if (status >= 200 && status <= 299) return undefined;
  const row = rows.find((it) => status >= it.from && status <= it.to && (it.call ?? call) === call);
  return row?.is ?? lost;
}

/** A 2xx whose body reports an error, cannot be read, is too large or speaks of another task. */
export const meaningOfUnreadable: Meaning = lost;

/** A key that cannot be put into a header: nothing was sent. */
export const meaningOfBadKey: Meaning = auth;

/** The caller gave up before anything was sent. */
export const meaningOfNotSent: Meaning = unreachable;

/** Failures that happen before a request can be written: names, connections, certificates. */
const beforeSending = new Set([
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

/** The error and its causes, outermost first; the chain is cut at six. */
function chain(error: unknown): object[] {
  const found: object[] = [];
  let next = error;
  while (typeof next === 'object' && next !== null && found.length < 6) {
    found.push(next);
    next = next instanceof Error ? next.cause : undefined;
  }
  return found;
}

function neverSent(error: unknown): boolean {
  return chain(error).some((it) => {
    // Several addresses were tried: all of them must have failed before sending.
    if (it instanceof AggregateError) return it.errors.length > 0 && it.errors.every(neverSent);
    const code = field(it, 'code');
    const syscall = field(it, 'syscall');
    return (typeof code === 'string' && beforeSending.has(code)) || syscall === 'connect';
  });
}

/**
 * What a failed fetch, or a body that broke off, means.
 * @returns with a short word for messages: the system's code or the error's name, never its text, which
 * may hold a URL or a header
 */
export function meaningOfFailure(error: unknown): Meaning & { readonly word: string } {
  const errors = chain(error);
  const codes = errors.map((it) => field(it, 'code')).filter((code) => typeof code === 'string');
  const names = errors.map((it) => (it instanceof Error ? it.name : '')).filter((name) => name !== '');
  const timedOut = names.includes('TimeoutError');
  const word = timedOut ? 'time-out' : (codes.at(-1) ?? names.at(-1) ?? 'unknown failure');
  return { ...(neverSent(error) ? unreachable : lost), word };
}

/** Longest wait we take from a `Retry-After`, in seconds: beyond it the deadline should speak. */
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
  if (!/^[A-Z][a-z]{2,8}, .{8,40} GMT$/.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : bounded((at - now) / 1000);
}
