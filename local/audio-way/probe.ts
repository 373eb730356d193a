import { redact } from '../../functions/provider/redact.ts';
import { deadProxy } from '../proxy.ts';
import { notYetValid, redirectOf } from '../server-words.ts';
import type { AudioWayProblem } from './audio-way.ts';

/** Milliseconds without a byte: a provider would have given up by then. */
const idleMs = 30_000;

/** Characters of a body's first line that are shown. */
const shownCharacters = 80;

/** A link as the provider is given it. */
export interface FetchedLink {
  /** Signed. It is shown nowhere. */
  readonly url: string;
  /** What to do about an answer with this status, or about silence: each way has its own words. */
  readonly advice: (status: number | 'none') => string;
  /** Besides those of a provider. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly fetch?: typeof fetch | undefined;
  readonly signal: AbortSignal;
}

export interface Probe extends FetchedLink {
  readonly bytes: Uint8Array;
  /** The flag that names the way. */
  readonly where: string;
}

/**
 * Fetches a probe as the provider would.
 * @returns what came in its place; undefined when it came whole
 */
export async function fetchProbe({ bytes, where, ...link }: Probe): Promise<AudioWayProblem | undefined> {
  const message = await fetchAsProvider(link, async (response, host) => {
    const found = await firstBytes(response, bytes.length + 1);
    return found.equals(bytes) ? undefined : otherBytes(response, { host, found, advice: link.advice });
  });
  if (message === undefined) return undefined;
  const { origin } = new URL(link.url);
  return {
    summary: `A test file could not be fetched at ${origin}, so the provider could not fetch the audio either.`,
    problems: [{ where, message }],
  };
}

/**
 * One GET as the provider makes it: no redirect followed.
 * @param compare what is wrong with an answer of 200; calls `alive` when bytes have come
 * @returns what was seen in place of the audio; undefined when it came
 * @throws the signal's reason
 */
export async function fetchAsProvider(
  { url, advice, headers, fetch = globalThis.fetch, signal }: FetchedLink,
  compare: (response: Response, host: string, alive: () => void) => Promise<string | undefined>,
): Promise<string | undefined> {
  const { host } = new URL(url);
  const idle = new AbortController();
  const timer = setTimeout(() => idle.abort(new DOMException('No byte came.', 'TimeoutError')), idleMs);
  try {
    const ended = AbortSignal.any([signal, idle.signal]);
    const response = await fetch(url, {
      redirect: 'manual',
      signal: ended,
      headers: { accept: '*/*', ...headers },
    });
    if (response.status === 200) return await compare(response, host, () => timer.refresh());
    const seen = `${host} answered ${response.status}`;
    const location = response.headers.get('location');
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel();
      const target = redirectOf(location, url);
      const to = target === undefined ? '' : ` to ${target.to}`;
      const todo = target?.isSameAddress
        ? 'let the tunnel answer itself, without a page or a sign-in before it.'
        : 'give the address that it leads to.';
      return `${seen}, a redirect${to}. A provider may not follow it: ${todo}`;
    }
    const line = firstLine(await firstBytes(response, 4096));
    return `${seen}${line} ${passwordAdvice(response.status) ?? advice(response.status)}`;
  } catch (error) {
    if (signal.aborted) throw error;
    return wordsOf(error, url, advice('none'));
  } finally {
    clearTimeout(timer);
  }
}

/** Says what came in place of a file, with its type and first line. */
export function otherBytes(
  response: Response,
  { host, found, advice }: { readonly host: string; readonly found: Buffer } & Pick<FetchedLink, 'advice'>,
): string {
  const type = response.headers.get('content-type') ?? 'no type';
  // Of audio there is no line to show.
  const line = /^(audio|video|image)\//.test(type) ? '.' : firstLine(found);
  return `${host} answered with something else (${type})${line} A page that warns or asks for a password, a cache, or another server may be on the way. ${advice('none')}`;
}

const passwordAdvice = (status: number) =>
  [401, 407, 511].includes(status) ? 'It asks for a password, which a provider cannot give.' : undefined;

const leadTo = (door: string) => `Let the tunnel lead to ${door}.`;

/** Of a tunnel whose own end is not there, or which finds nothing behind it: 520 to 530 are Cloudflare's. */
const leadsNowhere = (status: number) => (status >= 502 && status <= 504) || (status >= 520 && status <= 530);

/**
 * What to do about a tunnel.
 * @param door URL on this machine to which it is to lead
 */
export const tunnelAdvice = (door: string) => (status: number | 'none') => {
  if (status === 'none') return leadTo(door);
  if (status === 403) return `Let the tunnel lead to ${door}, and leave path and query as they are.`;
  if (leadsNowhere(status)) return `The tunnel does not run, or leads nowhere. Let it lead to ${door}.`;
  const path = status === 404 ? ', or the address may need a path' : '';
  return `Another server may be behind it${path}. ${leadTo(door)}`;
};

/** The first bytes of a body, which is not read further. */
export async function firstBytes(response: Response, most: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= most) break;
  }
  return Buffer.concat(chunks).subarray(0, most);
}

/** `: "<!DOCTYPE html>".`, without what a page may repeat of the signed URL. */
function firstLine(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  const line = text.split(/[\r\n]+/).find((one) => one.trim() !== '') ?? '';
  const clean = redact(line, [])
    .replace(/[?&]\S*x-amz-\S*/gi, '?[removed]')
    .replace(/[^\P{C}]/gu, ' ')
    .trim();
  if (clean === '') return '.';
  const characters = [...clean];
  const shown =
    characters.length > shownCharacters ? `${characters.slice(0, shownCharacters - 1).join('')}…` : clean;
  return `: "${shown}".`;
}

const words: Readonly<Record<string, (host: string, advice: string) => string>> = {
  ENOTFOUND: (host) => `There is no host ${host}: is the name right, and does the tunnel run?`,
  EAI_AGAIN: (host) => `The name ${host} could not be looked up: is there a network?`,
  ECONNREFUSED: (host) => `${host} takes no connection: is the tunnel running?`,
  EHOSTUNREACH: (host) => `${host} cannot be reached from here.`,
  ENETUNREACH: (host) => `${host} cannot be reached from here.`,
  ECONNRESET: (host, advice) => `${host} closed the connection without an answer. ${advice}`,
  UND_ERR_SOCKET: (host, advice) => `${host} closed the connection without an answer. ${advice}`,
  CERT_NOT_YET_VALID: notYetValid,
  CERT_HAS_EXPIRED: (host) => `The certificate of ${host} has expired.`,
  DEPTH_ZERO_SELF_SIGNED_CERT: (host) =>
    `The certificate of ${host} is self-signed: a provider does not trust it.`,
  SELF_SIGNED_CERT_IN_CHAIN: (host) =>
    `The certificate of ${host} is from an authority that nobody else trusts.`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: (host) =>
    `The certificate of ${host} cannot be verified: its chain is not whole, or its authority is not known.`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: (host) =>
    `The certificate of ${host} cannot be verified: its chain is not whole, or its authority is not known.`,
  ERR_TLS_CERT_ALTNAME_INVALID: (host) => `The certificate is not for ${host}, but for another name.`,
  ERR_SSL_WRONG_VERSION_NUMBER: (host) =>
    `${host} does not speak TLS on this port: is it http://, or another port?`,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: (host) =>
    `${host} does not speak TLS on this port: is it http://, or another port?`,
};

function wordsOf(error: unknown, url: string, advice: string): string {
  const { host, origin } = new URL(url);
  if (error instanceof Error && error.name === 'TimeoutError') {
    return `${host} sent nothing for ${idleMs / 1000} s. ${advice}`;
  }
  const code = codeOf(error);
  const proxy = code === undefined ? undefined : deadProxy(origin, code, process.env);
  if (proxy) return `${proxy.seen} ${proxy.advice}`;
  const known = code === undefined ? undefined : words[code];
  if (known) return known(host, advice);
  if (error instanceof Error && error.cause instanceof Error && error.cause.message === 'bad port') {
    return `The port of ${host} is one that HTTP clients refuse: give the tunnel another one.`;
  }
  return `${host} could not be asked${code === undefined ? '' : ` (${code})`}. ${advice}`;
}

/** The code of an error or of what caused it. Never its text: fetch puts URLs there. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return codeOf(error instanceof AggregateError ? error.errors[0] : error.cause);
}
