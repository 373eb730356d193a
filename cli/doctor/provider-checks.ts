import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Dialect } from '../../functions/provider/provider.ts';
import { creditsUrlOf } from '../../functions/shared/mountsea.ts';
import { defaultSettings } from '../../functions/shared/settings.ts';
import { deadProxy, isOnThisMachine } from '../../local/index.ts';
import { providerVariableProblems, withAnotherProvider } from '../connect.ts';
import { counted } from '../output/format.ts';
import { answerWords, ask, noAnswer, type Reply } from './ask.ts';
import { type Finding, failed, fine, warning } from './finding.ts';
import { homeOf, runningStack } from './machine-checks.ts';
import type { DoctorWorld } from './world.ts';

const creditsAnswer = z.union([
  z.object({ credits: z.number() }).transform(({ credits }) => credits),
  z.object({ data: z.object({ credits: z.number() }) }).transform(({ data }) => data.credits),
]);

type Question = { readonly world: DoctorWorld; readonly signal: AbortSignal };
/** What is needed to ask a provider. */
type KeyQuestion = { readonly world: Pick<DoctorWorld, 'env' | 'fetch'>; readonly signal: AbortSignal };

/** Who is paid, as the variables and the running stack name it. */
export function provider({ world }: Question): Finding {
  const { env } = world;
  const problems = providerVariableProblems(env);
  if (problems.length > 0) {
    return failed(problems.map(({ where, message }) => `${where}: ${message}`).join(' '));
  }
  const folder = homeOf(world);
  const running = typeof folder === 'string' ? runningStack(world, folder) : undefined;
  const others = running ? withAnotherProvider(running, env) : [];
  if (others.length > 0) {
    const seen = others.map(({ where, message }) => `${where}: ${message}`).join(' ');
    return warning(`A stack runs with another provider. ${seen}`, {
      words: 'To end it; sessions and files are kept:',
      command: 'npx chirpsmith stop',
    });
  }
  const { PROVIDER_BASE_URL: url, RELAY_BASE_URL: relay } = env;
  if (!url) return fine('The sandbox: it trains no real model and takes no real credits.');
  const named = [url, relay].flatMap((one) => (one ? [one] : []));
  const hosts = named.map((one) => new URL(one).host).join(', with the relay ');
  const open = named.filter((one) => new URL(one).protocol === 'http:' && !isOnThisMachine(one));
  if (open.length > 0) {
    return warning(`${hosts}. Over http the key can be read on the way.`, { words: 'Use an https URL.' });
  }
  return fine(`${hosts}, as PROVIDER_BASE_URL says. It may take real credits.`);
}

/** Is the key of the provider accepted? Asks for the status of a task that nobody has, which costs nothing. */
export async function providerKey(question: KeyQuestion, balance: Promise<Balance>): Promise<Finding> {
  const found = await answerToKey('mountsea', question);
  if (!found) return fine('None is needed for the sandbox.');
  if (found.isKnown || (await balance).credits === undefined) return found;
  return fine('The service that answers with the balance accepts it.');
}

/** The same for the relay; nothing where none is named. */
export const relayKey = (question: KeyQuestion): Promise<Finding | undefined> =>
  answerToKey('relay', question);

/** What the server at the URL of a dialect makes of its key; nothing where no URL is named, or the sandbox plays both. */
export async function answerToKey(dialect: Dialect, question: KeyQuestion): Promise<KeyFinding | undefined> {
  const { env } = question.world;
  const name = dialect === 'relay' ? 'RELAY' : 'PROVIDER';
  const url = env[`${name}_BASE_URL`];
  if (!url || !env.PROVIDER_BASE_URL) return undefined;
  return keyOf({ url, key: env[`${name}_API_KEY`], name, ...calls[dialect] }, question);
}

/** Of each dialect a call that costs nothing, and one of a path beside it that nobody has. */
const calls = {
  mountsea: { path: () => `/suno/v2/status?taskId=${randomUUID()}`, other: () => `/suno/v2/${randomUUID()}` },
  relay: { path: () => `/suno/fetch/${randomUUID()}`, other: () => `/suno/${randomUUID()}/${randomUUID()}` },
} as const;

/** @property setting the variable that is to be looked at */
export type KeyFinding = Finding & { readonly isKnown: boolean; readonly setting: string };

interface KeyedServer {
  readonly url: string;
  readonly key: string | undefined;
  readonly path: () => string;
  readonly other: () => string;
  readonly name: 'PROVIDER' | 'RELAY';
}

async function keyOf(server: KeyedServer, question: KeyQuestion): Promise<KeyFinding> {
  const { url, key, name } = server;
  const trimmed = key?.trim() ?? '';
  const [ofUrl, ofKey] = [`${name}_BASE_URL`, `${name}_API_KEY`];
  const known = (finding: Finding, setting = ofUrl) => ({ ...finding, isKnown: true, setting });
  const host = URL.parse(url)?.host;
  if (host === undefined) return known(failed(`Nobody can be asked: ${ofUrl} is not a URL.`));
  if (!/^[\x21-\x7e]+$/.test(trimmed)) {
    const words = `Set ${ofKey} to the key as the provider's page shows it.`;
    return known(failed(`${ofKey} is empty or holds characters that no key has.`, { words }), ofKey);
  }
  const { signal, world } = question;
  const base = url.replace(/\/+$/, '');
  const path = server.path();
  const using = { fetch: world.fetch, signal, secrets: [trimmed] };
  const withKey = { authorization: `Bearer ${trimmed}` };
  const reply = await ask(base + path, withKey, using);
  if ('lost' in reply) {
    const proxy = deadProxy(url, reply.lost, world.env);
    return known(noAnswer(url, reply.lost, ofUrl, world.env), proxy?.setting);
  }
  const settled = settledBy(reply, { host, ofUrl, ofKey });
  if (settled) return known(settled, isRefusal(reply.status) ? ofKey : ofUrl);
  // A server that refuses a request without a key has accepted this one.
  const without = await ask(base + path, {}, using);
  if ('status' in without && isRefusal(without.status)) return known(fine(`${host} accepts it.`));
  if (isNotServed(reply.status)) {
    const words = `Check ${ofUrl}: the host, and the path if the API has one.`;
    const other = server.other();
    const beside = await ask(base + other, withKey, using);
    // A provider that has no such task says something else of a path that it does not have.
    const isSame = 'status' in beside && answerWithout(path, reply) === answerWithout(other, beside);
    const seen = notTheApi(host, `${answerWords(reply)}, with the key and without`);
    return known((isSame ? failed : warning)(seen, { words }));
  }
  const seen = `${host} gives the same answer without a key: only a call that costs credits can show it.`;
  const words = `If that call is refused with 401, nothing was paid: set ${ofKey} anew.`;
  return { ...warning(seen, { words }), isKnown: false, setting: ofKey };
}

type Answered = Exclude<Reply, { lost: string }>;

/** An answer without what it repeats of the path. */
const answerWithout = (path: string, reply: Answered) =>
  [path, path.replace(/\?.*/, '')].reduce((words, one) => words.replaceAll(one, ''), answerWords(reply));

/** Of a path that a server does not have, or of a host that it does not serve. */
const isNotServed = (status: number) => [404, 405, 410, 421, 501].includes(status);

const notTheApi = (host: string, answer: string) =>
  `${host} answers ${answer}. It is probably not the provider's API.`;

const isRefusal = (status: number) => status === 401 || status === 403;

/** What one answer to the call with the key says already; undefined when the server has taken it. */
function settledBy(
  reply: Answered,
  { host, ofUrl, ofKey }: { host: string; ofUrl: string; ofKey: string },
): Finding | undefined {
  const { status, body, reason, redirectsTo } = reply;
  const said = body === undefined || reason === undefined ? '' : `: ${reason}`;
  if (status === 401 || (status === 403 && body !== undefined)) {
    const words = `Set ${ofKey} to a key that is valid there, or ${ofUrl} to the server that has issued it.`;
    return failed(`${host} refuses it (${status}${said}).`, { words });
  }
  if (status === 402) {
    return warning(`${host} accepts it, and says that the credits are used up (402${said}).`, {
      words: 'Buy credits at the provider.',
    });
  }
  if (status >= 300 && status <= 399) {
    const words = redirectsTo?.isSameAddress
      ? `Check ${ofUrl}: the path, and whether a page or a sign-in is before the API.`
      : `Set ${ofUrl} to the address to which it redirects: a call that costs follows no redirect.`;
    return failed(`${host} redirects to ${redirectsTo?.to ?? 'no address'} (${status}).`, { words });
  }
  if (status === 429 || status === 430 || status >= 500) {
    return warning(`${host} answers ${status} now, so it cannot be known.`, { words: 'Try again later.' });
  }
  if (body === undefined) {
    const words = `Check ${ofUrl}: the server, or a proxy or firewall before it, answers with a page.`;
    return failed(notTheApi(host, answerWords(reply)), { words });
  }
  return undefined;
}

/** What is left to spend; no number where no service tells it. */
export interface Balance {
  readonly finding: Finding;
  readonly credits?: number;
}

/** Asks the service that PROVIDER_CREDITS_URL names, or the documented one of MountSea. */
export async function balanceOf({ world, signal }: Question): Promise<Balance> {
  const { PROVIDER_BASE_URL: url, PROVIDER_API_KEY = '', PROVIDER_CREDITS_URL } = world.env;
  if (!url) return { finding: fine('The credits of the sandbox are not real.') };
  const credits = PROVIDER_CREDITS_URL || creditsUrlOf(url);
  if (credits === undefined) {
    const words = 'If the provider has a service for it, set PROVIDER_CREDITS_URL to its URL.';
    return { finding: warning('It is not known: no service for it is named.', { words }) };
  }
  const host = URL.parse(credits)?.host;
  if (host === undefined || !/^https?:\/\//.test(credits)) {
    return { finding: failed('PROVIDER_CREDITS_URL: It is not an http(s) URL.') };
  }
  const key = PROVIDER_API_KEY.trim();
  if (!/^[\x21-\x7e]+$/.test(key)) return { finding: warning('It is not asked for without a usable key.') };
  const reply = await ask(credits, { 'x-api-key': key }, { fetch: world.fetch, signal, secrets: [key] });
  if ('lost' in reply) {
    const { seen, next } = noAnswer(credits, reply.lost, 'PROVIDER_CREDITS_URL', world.env);
    return { finding: warning(seen, ...next) };
  }
  const { data: left } = creditsAnswer.safeParse(reply.body);
  if (left === undefined || reply.status !== 200) {
    const named = PROVIDER_CREDITS_URL ? 'PROVIDER_CREDITS_URL' : 'PROVIDER_BASE_URL';
    const words = `No command needs it. To see it here, check ${named} and the key.`;
    const seen = `${host} answers ${answerWords(reply)}, and names no number of credits.`;
    return { finding: warning(seen, { words }) };
  }
  return { finding: enough(left), credits: left };
}

function enough(left: number): Finding {
  const { prices, limits } = defaultSettings;
  const needed = prices.create + prices.upload * limits.minClips;
  const seen = `${counted(left, 'credit')}.`;
  if (left >= needed) return fine(seen);
  const words = 'Buy credits at the provider.';
  return warning(`${seen} A model of ${limits.minClips} files takes about ${needed}.`, { words });
}
