import { z } from 'zod';
import { providerWords, redact } from '../../functions/provider/redact.ts';
import { readBounded } from '../../functions/provider/response-body.ts';
import { meaningOfFailure } from '../../functions/provider/response-classification.ts';
import { deadProxy, notYetValid, redirectOf } from '../../local/index.ts';
import { type Finding, failed } from './finding.ts';

/** An answer of a server, or in one word why there is none. */
export type Reply =
  | {
      readonly status: number;
      /** What the body holds as JSON; undefined for a page or a text. */
      readonly body: unknown;
      /** The server's own words about an error. */
      readonly reason: string | undefined;
      /** First line of the body, shortened; empty for none. */
      readonly line: string;
      /** Where it redirects to. */
      readonly redirectsTo: ReturnType<typeof redirectOf>;
    }
  | { readonly lost: string };

/** Largest part of an answer that is read, in bytes. */
const largestAnswer = 64 * 1024;

/** Sends one GET that follows no redirect. Never throws; what a reply holds is free of the secrets. */
export async function ask(
  url: string,
  headers: Readonly<Record<string, string>>,
  {
    fetch,
    signal,
    secrets,
  }: { fetch: typeof globalThis.fetch; signal: AbortSignal; secrets: readonly string[] },
): Promise<Reply> {
  try {
    const response = await fetch(url, { headers: { ...headers }, redirect: 'manual', signal });
    const { text } = await readBounded(response, largestAnswer);
    const body = jsonIn(text);
    const { status } = response;
    return {
      // Some services answer 200 with an error in the body.
      status: status === 200 ? (refusalIn(body) ?? status) : status,
      body,
      reason: providerWords(text, secrets),
      line: firstLine(redact(text, secrets)),
      redirectsTo: redirectOf(response.headers.get('location'), url),
    };
  } catch (error) {
    return { lost: meaningOfFailure(error).word };
  }
}

const shownCharacters = 80;

function firstLine(text: string): string {
  const line = text.split(/[\r\n]+/).find((one) => one.trim() !== '') ?? '';
  const characters = [...line.trim()];
  if (characters.length <= shownCharacters) return line.trim();
  return `${characters.slice(0, shownCharacters - 1).join('')}…`;
}

/** `404: "<html>"`: the status and the first line of what was answered. */
export const answerWords = ({ status, line }: Exclude<Reply, { lost: string }>): string =>
  line === '' ? String(status) : `${status}: "${line}"`;

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const refusal = z.object({ code: z.unknown(), statusCode: z.unknown() }).partial();

function refusalIn(body: unknown): 401 | 403 | undefined {
  const { code, statusCode } = refusal.safeParse(body).data ?? {};
  const said = String(code ?? statusCode).toLowerCase();
  if (/^(403|forbidden)$/.test(said)) return 403;
  return /^(401|unauthori[sz]ed|invalid_(api_)?key)$/.test(said) ? 401 : undefined;
}

/** Codes of TLS as Node names them, and of a server that speaks none. */
const ofTls = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|EPROTO/;

/**
 * Why a server gives no answer, and what to do.
 * @param variable holds its URL
 * @param env names the proxy, where there is one
 */
export function noAnswer(url: string, lost: string, variable: string, env: NodeJS.ProcessEnv): Finding {
  const { host } = new URL(url);
  const proxy = deadProxy(url, lost, env);
  if (proxy) return failed(proxy.seen, { words: proxy.advice });
  if (lost === 'ENOTFOUND' || lost === 'EAI_AGAIN') {
    const words = `Check the host in ${variable}, and whether there is a network.`;
    return failed(`The name ${host} leads nowhere (${lost}).`, { words });
  }
  if (lost === 'CERT_NOT_YET_VALID') {
    return failed(`The TLS of ${host} is not accepted (${lost}).`, { words: notYetValid(host) });
  }
  if (ofTls.test(lost)) {
    const words = `Check that ${variable} names the right host and https. Behind a proxy that opens TLS, set NODE_EXTRA_CA_CERTS to the file of its certificate.`;
    return failed(`The TLS of ${host} is not accepted (${lost}).`, { words });
  }
  const what = lost === 'ECONNREFUSED' ? 'Nothing listens' : 'There is no answer';
  return failed(`${what} at ${host} (${lost}).`, {
    words: `Check ${variable} (https or http?), and whether a proxy or a firewall is between.`,
  });
}
