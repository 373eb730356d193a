import { describe, expect, it } from 'vitest';
import type { ReadyInfo } from '../../../local/index.ts';
import { accepting, examined, failing, key, provider } from './world.ts';

type Fetch = typeof fetch;
type Answer = () => Response;
const relay = { RELAY_BASE_URL: 'https://relay.example.com', RELAY_API_KEY: 'sk-relay-3ecret' };
const always =
  (response: Answer): Fetch =>
  async () =>
    response();
const json = (status: number, body: object) => () => Response.json(body, { status });
const page = (status: number) => () =>
  new Response('<html>Welcome</html>', { status, headers: { 'content-type': 'text/html' } });
const credits = 'https://credits.example.com/credits';
const other = { sandbox: false, provider: 'https://other.example.com' } as ReadyInfo;

describe('the line about who is paid', () => {
  it.each<[when: string, env: NodeJS.ProcessEnv, result: string, seen: string]>([
    ['nobody is named', {}, 'ok', 'The sandbox: it trains no real model and takes no real credits.'],
    ['a provider is named', provider, 'ok', 'api.example.com, as PROVIDER_BASE_URL says.'],
    ['a relay, too', { ...provider, ...relay }, 'ok', 'api.example.com, with the relay relay.example.com'],
    [
      'its key is missing',
      { ...provider, PROVIDER_API_KEY: '' },
      'failed',
      'PROVIDER_API_KEY: PROVIDER_BASE_URL is set',
    ],
    [
      'its URL is none',
      { ...provider, PROVIDER_BASE_URL: 'ftp://x' },
      'failed',
      'PROVIDER_BASE_URL: It is not an http(s) URL.',
    ],
    ['a relay is named alone', relay, 'failed', 'RELAY_BASE_URL: The sandbox plays the relay'],
    [
      'its URL is not encrypted',
      { ...provider, PROVIDER_BASE_URL: 'http://api.example.com' },
      'warning',
      'api.example.com. Over http the key can be read on the way.',
    ],
    [
      'it is on this machine',
      { ...provider, PROVIDER_BASE_URL: 'http://127.0.0.1:1' },
      'ok',
      '127.0.0.1:1, as',
    ],
  ])('when %s', async (_, env, result, seen) => {
    const { of, code } = await examined({ env });
    expect(of('Provider')).toMatchObject({ result, seen: expect.stringContaining(seen) });
    if (result === 'failed') expect(code).toBe(1);
  });

  it('when the stack that runs has another one', async () => {
    const { of } = await examined({
      env: provider,
      stackOf: () => ({ pid: 5 }),
      readyInfo: () => ({ ...other, pid: 5, api: 'http://127.0.0.1:1' }),
    });
    expect(of('Provider')).toMatchObject({
      result: 'warning',
      seen: expect.stringContaining('but the running stack uses https://other.example.com'),
      next: [{ command: 'npx chirpsmith stop' }],
    });
  });
});

describe('the line about the key', () => {
  it.each<[when: string, Fetch, result: string, seen: string, next?: string, env?: NodeJS.ProcessEnv]>([
    ['it is accepted, and a request without one is not', accepting, 'ok', 'api.example.com accepts it.'],
    [
      'it is refused',
      always(json(401, { message: 'Invalid API key.' })),
      'failed',
      'refuses it (401: Invalid API key.).',
      'Set PROVIDER_API_KEY',
    ],
    [
      'it may not do this',
      always(json(403, { message: 'No plan.' })),
      'failed',
      'refuses it (403: No plan.).',
    ],
    [
      'an error comes with status 200',
      always(json(200, { code: 401, message: 'Bad key' })),
      'failed',
      'refuses it (401: Bad key).',
    ],
    [
      'the credits are used up',
      always(json(402, { message: 'Top up' })),
      'warning',
      'accepts it, and says that the credits are used up (402: Top up).',
    ],
    [
      'the same comes without a key',
      always(json(200, { status: 'unknown' })),
      'warning',
      'gives the same answer without a key: only a call that costs credits can show it.',
      'nothing was paid',
    ],
    [
      'the server does not know the path, and asks for no key',
      always(json(404, { message: 'no route' })),
      'failed',
      `answers 404: "{"message":"no route"}", with the key and without. It is probably not the provider's API.`,
      'Check PROVIDER_BASE_URL: the host',
    ],
    [
      'the server asks for no key, knows no such task, and says something else of a path that it does not have',
      async (input) =>
        Response.json(
          { message: String(input).includes('/status?') ? 'no such task' : 'no route' },
          { status: 404 },
        ),
      'warning',
      `answers 404: "{"message":"no such task"}", with the key and without.`,
    ],
    [
      'the server does not have the path, and repeats it',
      async (input) =>
        Response.json({ message: `Cannot GET ${new URL(String(input)).pathname}` }, { status: 404 }),
      'failed',
      "It is probably not the provider's API.",
    ],
    [
      'the server does not serve this host',
      always(json(421, {})),
      'failed',
      `answers 421: "{}", with the key and without. It is probably not the provider's API.`,
      'Check PROVIDER_BASE_URL: the host',
    ],
    [
      'the method is not allowed, in a page',
      always(page(405)),
      'failed',
      "It is probably not the provider's API.",
      'Check PROVIDER_BASE_URL',
    ],
    [
      'the server is another one',
      always(page(404)),
      'failed',
      `answers 404: "<html>Welcome</html>". It is probably not the provider's API.`,
      'Check PROVIDER_BASE_URL',
    ],
    [
      'a firewall answers',
      always(page(403)),
      'failed',
      `answers 403: "<html>Welcome</html>". It is probably not the provider's API.`,
      'firewall',
    ],
    [
      'the server redirects',
      always(() => new Response(null, { status: 301, headers: { location: 'https://new.example.com/x' } })),
      'failed',
      'redirects to https://new.example.com (301).',
      'Set PROVIDER_BASE_URL',
    ],
    [
      'the server redirects to a page of its own',
      always(() => new Response(null, { status: 302, headers: { location: '/sign-in?next=x' } })),
      'failed',
      'api.example.com redirects to /sign-in (302).',
      'Check PROVIDER_BASE_URL: the path, and whether a page or a sign-in is before the API.',
    ],
    [
      'the clock is behind, and the certificate is newer',
      failing('CERT_NOT_YET_VALID'),
      'failed',
      'The TLS of api.example.com is not accepted (CERT_NOT_YET_VALID).',
      'If the clock is behind, let it be set by the network (NTP).',
    ],
    [
      'the server asks to slow down',
      always(json(429, {})),
      'warning',
      'answers 429 now, so it cannot be known.',
    ],
    ['the server has trouble', always(json(503, {})), 'warning', 'answers 503 now, so it cannot be known.'],
    [
      'the host does not exist',
      failing('ENOTFOUND'),
      'failed',
      'The name api.example.com leads nowhere (ENOTFOUND).',
      'Check the host in PROVIDER_BASE_URL',
    ],
    [
      'the proxy is dead',
      failing('ECONNREFUSED'),
      'failed',
      'api.example.com could not be asked: the proxy 127.0.0.1:1, which HTTPS_PROXY names, cannot be reached (ECONNREFUSED).',
      'correct HTTPS_PROXY; to ask without it, add api.example.com to NO_PROXY.',
      { HTTPS_PROXY: 'http://anna:secret@127.0.0.1:1' },
    ],
    [
      'nothing listens',
      failing('ECONNREFUSED'),
      'failed',
      'Nothing listens at api.example.com (ECONNREFUSED).',
    ],
    [
      'the certificate is of another host',
      failing('ERR_TLS_CERT_ALTNAME_INVALID'),
      'failed',
      'The TLS of api.example.com is not accepted (ERR_TLS_CERT_ALTNAME_INVALID).',
      'NODE_EXTRA_CA_CERTS',
    ],
    [
      'nothing comes in time',
      () => Promise.reject(new DOMException('late', 'TimeoutError')),
      'failed',
      'There is no answer at api.example.com (time-out).',
    ],
  ])('when %s', async (_, fetch, result, seen, next = '', env = {}) => {
    const { of } = await examined({ env: { ...provider, ...env }, fetch });
    const found = of('Key');
    expect(found).toMatchObject({ result, seen: expect.stringContaining(seen) });
    expect(found?.next.map(({ words }) => words).join()).toContain(next);
  });

  it('when it holds what no header can carry', async () => {
    const { of } = await examined({ env: { ...provider, PROVIDER_API_KEY: 'sk-…' } });
    expect(of('Key')).toMatchObject({
      result: 'failed',
      seen: expect.stringContaining('holds characters that no key has'),
    });
    expect(of('Balance')?.result).toBe('warning');
  });

  it('when only the balance shows it', async () => {
    const fetch: Fetch = async (input) =>
      String(input) === credits ? Response.json({ credits: 500 }) : Response.json({ status: 'unknown' });
    const { of } = await examined({ env: { ...provider, PROVIDER_CREDITS_URL: credits }, fetch });
    expect(of('Key')).toMatchObject({
      result: 'ok',
      seen: 'The service that answers with the balance accepts it.',
    });
  });

  it('is no sign that the provider is there, when another host tells the balance', async () => {
    const fetch: Fetch = async (input) =>
      String(input) === credits ? Response.json({ credits: 500 }) : Response.json({}, { status: 404 });
    const { of } = await examined({ env: { ...provider, PROVIDER_CREDITS_URL: credits }, fetch });
    expect(of('Key')).toMatchObject({
      result: 'failed',
      seen: expect.stringContaining("It is probably not the provider's API."),
      next: [{ words: expect.stringContaining('PROVIDER_BASE_URL') }],
    });
  });

  it('of the relay is one of its own', async () => {
    const fetch: Fetch = async (input, init) =>
      String(input).startsWith(relay.RELAY_BASE_URL)
        ? Response.json({ code: 'unauthorized', message: 'who?' })
        : accepting(input, init);
    const { of } = await examined({ env: { ...provider, ...relay }, fetch });
    expect(of('Key')?.result).toBe('ok');
    expect(of('Relay')).toMatchObject({
      result: 'failed',
      seen: 'relay.example.com refuses it (401: who?).',
    });
  });

  it('asks two questions that cost nothing', async () => {
    const asked: string[] = [];
    const fetch: Fetch = async (input, init) => {
      asked.push(`${init?.method ?? 'GET'} ${String(input).replace(/=.*/, '')} ${init?.redirect}`);
      return accepting(input, init);
    };
    await examined({ env: provider, fetch });
    const status = 'GET https://api.example.com/suno/v2/status?taskId manual';
    expect(asked).toEqual([status, status]);
  });
});

describe('the line about the balance', () => {
  const named = { ...provider, PROVIDER_CREDITS_URL: credits };
  it.each<[when: string, env: NodeJS.ProcessEnv, Fetch, result: string, seen: string]>([
    ['a service tells it', named, accepting, 'ok', '1234 credits.'],
    [
      'it is in an envelope',
      named,
      always(json(200, { code: 'success', data: { credits: 300 } })),
      'ok',
      '300 credits.',
    ],
    [
      'it is too small for a model',
      named,
      always(json(200, { credits: 50 })),
      'warning',
      '50 credits. A model of 6 files takes about 106.',
    ],
    ['no service is named', provider, accepting, 'warning', 'It is not known: no service for it is named.'],
    [
      'the documented one of MountSea',
      { ...provider, PROVIDER_BASE_URL: 'https://api.mountsea.ai' },
      accepting,
      'ok',
      '1234 credits.',
    ],
    [
      'the service refuses',
      named,
      always(json(401, {})),
      'warning',
      'credits.example.com answers 401: "{}", and names no number of credits.',
    ],
    [
      'the service is not there',
      named,
      failing('ENOTFOUND'),
      'warning',
      'The name credits.example.com leads nowhere',
    ],
    [
      'its URL is none',
      { ...provider, PROVIDER_CREDITS_URL: 'credits' },
      accepting,
      'failed',
      'PROVIDER_CREDITS_URL: It is not an http(s) URL.',
    ],
  ])('when %s', async (_, env, fetch, result, seen) => {
    const { of } = await examined({ env, fetch });
    expect(of('Balance')).toMatchObject({ result, seen: expect.stringContaining(seen) });
  });
});

it('no line holds a key, even if a server repeats it', async () => {
  const env = { ...provider, ...relay, PROVIDER_CREDITS_URL: credits };
  const fetch: Fetch = async (_, init) =>
    Response.json(
      { message: `bad key: ${[...new Headers(init?.headers).values()].join()}` },
      { status: 401 },
    );
  const { events } = await examined({ env, fetch });
  const told = JSON.stringify(events);
  expect(told).toContain('bad key: Bearer [removed]');
  for (const secret of [key, relay.RELAY_API_KEY]) expect(told).not.toContain(secret);
});
