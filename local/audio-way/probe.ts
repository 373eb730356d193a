import { redact } from '../../functions/provider/redact.ts';
import type { AudioWayProblem } from './audio-way.ts';

/** Milliseconds for the whole probe: a provider would have given up by then. */
const probeMs = 30_000;

/** Characters of a body's first line that are shown. */
const shownCharacters = 80;

export interface Probe {
  /** Signed. It is shown nowhere. */
  readonly url: string;
  readonly bytes: Uint8Array;
  /** The flag that names the way. */
  readonly where: string;
  /** URL on this machine to which the tunnel is to lead. */
  readonly door: string;
  readonly fetch?: typeof fetch;
  readonly signal: AbortSignal;
}

/**
 * Fetches a probe as the provider would: one GET, no redirect followed.
 * @returns what came in its place; undefined when it came whole
 */
export async function fetchProbe(probe: Probe): Promise<AudioWayProblem | undefined> {
  const { url, bytes, where, door, fetch = globalThis.fetch } = probe;
  const { host, origin } = new URL(url);
  const failed = (message: string): AudioWayProblem => ({
    summary: `A test file could not be fetched at ${origin}, so the provider could not fetch the audio either.`,
    problems: [{ where, message }],
  });
  const signal = AbortSignal.any([probe.signal, AbortSignal.timeout(probeMs)]);
  try {
    const response = await fetch(url, { redirect: 'manual', signal, headers: { accept: '*/*' } });
    if (response.status === 200) {
      const found = await firstBytes(response, bytes.length + 1);
      if (found.equals(bytes)) return undefined;
      const type = response.headers.get('content-type') ?? 'no type';
      return failed(
        `${host} answered with something else (${type})${firstLine(found)} A page that warns or asks for a password, a cache, or another server may be on the way. ${leadTo(door)}`,
      );
    }
    const seen = `${host} answered ${response.status}`;
    const location = response.headers.get('location');
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel();
      const target = location === null ? undefined : URL.parse(location, url)?.origin;
      return failed(
        `${seen}, a redirect${target === undefined ? '' : ` to ${target}`}. A provider may not follow it: give the address that it leads to.`,
      );
    }
    const line = firstLine(await firstBytes(response, 4096));
    return failed(`${seen}${line} ${adviceFor(response.status, door)}`);
  } catch (error) {
    if (probe.signal.aborted) throw error;
    return failed(wordsOf(error, host, door));
  }
}

const leadTo = (door: string) => `Let the tunnel lead to ${door}.`;

/** Of a tunnel whose own end is not there, or which finds nothing behind it: 520 to 530 are Cloudflare's. */
const leadsNowhere = (status: number) => (status >= 502 && status <= 504) || (status >= 520 && status <= 530);

function adviceFor(status: number, door: string): string {
  if (status === 401 || status === 407 || status === 511)
    return 'It asks for a password, which a provider cannot give.';
  if (status === 403) return `Let the tunnel lead to ${door}, and leave path and query as they are.`;
  if (leadsNowhere(status)) return `The tunnel does not run, or leads nowhere. Let it lead to ${door}.`;
  const path = status === 404 ? ', or the address may need a path' : '';
  return `Another server may be behind it${path}. ${leadTo(door)}`;
}

async function firstBytes(response: Response, most: number): Promise<Buffer> {
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

const words: Readonly<Record<string, (host: string, door: string) => string>> = {
  ENOTFOUND: (host) => `There is no host ${host}: is the name right, and does the tunnel run?`,
  EAI_AGAIN: (host) => `The name ${host} could not be looked up: is there a network?`,
  ECONNREFUSED: (host) => `${host} takes no connection: is the tunnel running?`,
  EHOSTUNREACH: (host) => `${host} cannot be reached from here.`,
  ENETUNREACH: (host) => `${host} cannot be reached from here.`,
  ECONNRESET: (host, door) => `${host} closed the connection without an answer. ${leadTo(door)}`,
  UND_ERR_SOCKET: (host, door) => `${host} closed the connection without an answer. ${leadTo(door)}`,
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

function wordsOf(error: unknown, host: string, door: string): string {
  if (error instanceof Error && error.name === 'TimeoutError') {
    return `${host} did not answer within ${probeMs / 1000} s. ${leadTo(door)}`;
  }
  const code = codeOf(error);
  const known = code === undefined ? undefined : words[code];
  if (known) return known(host, door);
  return `${host} could not be asked${code === undefined ? '' : ` (${code})`}.`;
}

/** The code of an error or of what caused it. Never its text: fetch puts URLs there. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return codeOf(error instanceof AggregateError ? error.errors[0] : error.cause);
}
