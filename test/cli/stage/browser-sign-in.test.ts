import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { ApiUnreachable } from '../../../cli/api-errors.ts';
import { Interrupted } from '../../../cli/signal-handling.ts';
import { type AuthorizationServer, discoverIssuer } from '../../../cli/stage/authorization-server.ts';
import { openCommand } from '../../../cli/stage/browser.ts';
import { type SignInOptions, signInByBrowser, type Terminal } from '../../../cli/stage/browser-sign-in.ts';
import { signInRedirect } from '../../../infra/sign-in-redirects.ts';
import { type Issuer, startIssuer } from '../../../packages/local-aws/issuer.ts';
import { listenOnLoopback } from '../../../packages/local-servers/loopback.ts';
import { aborted } from '../run-command.ts';
import { browse, redirectOf } from './browse.ts';

let directory: string;
let issuer: Issuer;
let server: AuthorizationServer;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sign-in-'));
  issuer = await startIssuer({ port: 0, directory, audience: 'cli' });
  server = await discoverIssuer({ issuer: issuer.url, clientId: 'cli' });
});
afterAll(async () => {
  await issuer.close();
  await rm(directory, { recursive: true });
});

/** Ports that are free, or taken until the test ends. */
async function ports({ taken = 0, free = 0 }): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: taken + free }, () => listenOnLoopback(createServer(), 0)),
  );
  onTestFinished(async () => void (await Promise.all(servers.slice(0, taken).map(({ close }) => close()))));
  await Promise.all(servers.slice(taken).map(({ close }) => close()));
  return servers.map(({ url }) => Number(new URL(url).port));
}

/** A sign-in by one who types nothing, where nothing else is given. */
async function signIn(terminal: Partial<Terminal>, options: SignInOptions = {}, user?: string) {
  return signInByBrowser(
    server,
    { stage: 'prod', user },
    {
      openBrowser: undefined,
      print: () => {},
      prompt: (_, { signal = new AbortController().signal }) => aborted(signal),
      ...terminal,
    },
    { ports: await ports({ free: 1 }), ...options },
  );
}

const urlIn = (text: string) => /^https?:\S+$/m.exec(text)?.[0] ?? '';

test('a person signs in in the browser, which may be closed then; the tokens are of that person', async () => {
  let page = '';
  const openBrowser = async (url: string) => {
    page = await (await browse(url, 'anna@example.com')).text();
  };
  const signed = await signIn({ openBrowser: (url) => void openBrowser(url) });
  expect(signed).toMatchObject({ user: 'anna@example.com', refreshToken: expect.any(String) });
  await expect.poll(() => page).toContain('You may close this window');
  const again = await server.refresh(signed.refreshToken ?? '');
  expect(again.accessToken).toMatch(/^ey/);
  await server.revoke(signed.refreshToken ?? '');
  await expect(server.refresh(signed.refreshToken ?? '')).rejects.toMatchObject({ code: 'invalid_grant' });
});

test('the page asks for the named person, also where somebody else is signed in at the browser', async () => {
  let asked = '';
  await signIn(
    {
      openBrowser: (url) => {
        asked = url;
        void browse(url, 'anna@example.com');
      },
    },
    {},
    'anna@example.com',
  );
  const { searchParams } = new URL(asked);
  expect(Object.fromEntries(searchParams)).toMatchObject({
    login_hint: 'anna@example.com',
    prompt: 'login',
    scope: 'openid email',
    code_challenge_method: 'S256',
  });
});

test('the next port is used when another program has the first one', async () => {
  const [first = 0, second = 0] = await ports({ taken: 1, free: 1 });
  let asked = '';
  await signIn(
    {
      openBrowser: (url) => {
        asked = url;
        void browse(url, 'anna@example.com');
      },
    },
    { ports: [first, second] },
  );
  expect(new URL(asked).searchParams.get('redirect_uri')).toBe(signInRedirect(second));
});

test('all ports in use are named, with what to do', async () => {
  const taken = await ports({ taken: 2 });
  await expect(signIn({}, { ports: taken })).rejects.toMatchObject({
    problems: [
      { where: 'sign-in', message: expect.stringMatching(`ports ${taken.join(', ')} .* end a program`) },
    ],
  });
});

test('a sign-in that is declined in the browser ends', async () => {
  const openBrowser = (url: string) => void browse(url, 'anna@example.com', 'decline');
  await expect(signIn({ openBrowser })).rejects.toMatchObject({ code: 'access_denied' });
});

test('an answer with a wrong state is refused in the browser, and the sign-in goes on', async () => {
  const statuses: number[] = [];
  const openBrowser = async (url: string) => {
    const forged = new URL(new URL(url).searchParams.get('redirect_uri') ?? '');
    forged.search = '?code=x&state=of-another';
    statuses.push((await fetch(forged)).status);
    forged.search = '?error=access_denied';
    statuses.push((await fetch(forged)).status);
    await browse(url, 'anna@example.com');
  };
  const { user } = await signIn({ openBrowser: (url) => void openBrowser(url) });
  expect({ user, statuses }).toEqual({ user: 'anna@example.com', statuses: [400, 400] });
});

test('without a browser here, the address is printed, and the one that another browser ended at is pasted', async () => {
  let printed = '';
  const questions: string[] = [];
  const signed = await signIn({
    print: (text) => {
      printed += text;
    },
    async prompt(question) {
      questions.push(question);
      if (questions.length === 1) return 'something else';
      if (questions.length === 2) return 'http://localhost:1/signed-in?code=x&state=of-another';
      return ` ${await redirectOf(urlIn(printed), 'anna@example.com')} `;
    },
  });
  expect(signed.user).toBe('anna@example.com');
  expect(questions).toEqual([
    expect.stringMatching(/^If the browser ends at .* paste that address here:$/),
    expect.stringMatching(/^That is no address\. /),
    expect.stringMatching(/^That address belongs to another sign-in; /),
  ]);
});

test('a sign-in that nobody finishes ends with what to do', async () => {
  await expect(signIn({}, { timedOut: AbortSignal.abort() })).rejects.toMatchObject({
    problems: [
      { message: expect.stringMatching(/^Nobody signed in within 15 minutes: run the command again\./) },
    ],
  });
});

test('Ctrl-C at the question ends it, and frees the port', async () => {
  const [port = 0] = await ports({ free: 1 });
  const prompt = () => Promise.reject(new Interrupted('interrupted'));
  await expect(signIn({ prompt }, { ports: [port] })).rejects.toThrow(Interrupted);
  await (await listenOnLoopback(createServer(), port)).close();
});

test.each<[string, object | undefined, RegExp]>([
  ['that does not answer', undefined, /does not answer/],
  ['that is none', { hello: 'world' }, /not an OpenID issuer's/],
  ['that names no page', {}, /names no page to sign in at/],
  ['whose page is not https', { authorization_endpoint: 'http://id.example/authorize' }, /names no page/],
])('an issuer %s is named in the error', async (_, document, words) => {
  const fetch = async () => {
    if (document === undefined) throw new TypeError('fetch failed');
    const name = 'hello' in document ? {} : { issuer: 'https://id.example' };
    return Response.json({ ...name, ...document });
  };
  const begin = async () => {
    const found = await discoverIssuer({ issuer: 'https://id.example', clientId: 'cli' }, fetch);
    return found.begin('http://localhost:1/', undefined);
  };
  await expect(begin()).rejects.toThrow(ApiUnreachable);
  await expect(begin()).rejects.toThrow(words);
});

test('tokens are asked for nowhere in the clear', async () => {
  const asked: string[] = [];
  const fetch = async (url: string | URL | Request) => {
    asked.push(String(url));
    return Response.json({ issuer: 'https://id.example', token_endpoint: 'http://id.example/token' });
  };
  const found = await discoverIssuer({ issuer: 'https://id.example', clientId: 'cli' }, fetch);
  await expect(found.refresh('secret')).rejects.toThrow(/not https: http:\/\/id\.example\/token/);
  expect(asked).toHaveLength(1);
});

test('an issuer that asks for offline_access to give a refresh token is asked for it', async () => {
  const fetch = async () =>
    Response.json({
      issuer: 'https://id.example',
      authorization_endpoint: 'https://id.example/authorize',
      scopes_supported: ['openid', 'email', 'offline_access'],
    });
  const found = await discoverIssuer({ issuer: 'https://id.example', clientId: 'cli' }, fetch);
  const { url } = await found.begin('http://localhost:1/', undefined);
  expect(new URL(url).searchParams.get('scope')).toBe('openid email offline_access');
});

test.each<[NodeJS.ProcessEnv, NodeJS.Platform, string | undefined]>([
  [{ DISPLAY: ':0' }, 'linux', 'xdg-open'],
  [{ WAYLAND_DISPLAY: 'wayland-0' }, 'linux', 'xdg-open'],
  [{}, 'linux', undefined],
  [{}, 'darwin', 'open'],
  [{}, 'win32', 'rundll32'],
  [{ SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' }, 'darwin', undefined],
  [{ SSH_TTY: '/dev/pts/0', DISPLAY: ':0' }, 'linux', undefined],
])('with %o on %s the browser is opened by %s', (env, platform, program) => {
  expect(openCommand(env, platform)?.[0]).toBe(program);
});
