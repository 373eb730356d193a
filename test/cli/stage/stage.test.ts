import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { sessionAnswer } from '../../../functions/api/contract/session.ts';
import { sharedStack, songs, type TestStack } from '../../../test-support/local-stack.ts';
import { events, run, temporaryFolder } from '../run-command.ts';
import { browse } from './browse.ts';

// The local stack stands for the deployed API, and its issuer for Cognito.
const clientId = 'chirpsmith';
const issuer = 'https://issuer.chirpsmith.local';

let stack: TestStack;
/** Paths that the issuer was asked for, and the forms that were sent there. */
const asked: { path: string; form: URLSearchParams }[] = [];
beforeAll(async () => {
  stack = await sharedStack();
  const { fetch } = globalThis;
  vi.stubGlobal('fetch', (url: string, init: RequestInit = {}) => {
    const local = String(url).replace(issuer, stack.stack.ready.issuer);
    if (local.startsWith(stack.stack.ready.issuer)) {
      asked.push({ path: new URL(local).pathname, form: new URLSearchParams(String(init.body ?? '')) });
    }
    return fetch(local, init);
  });
});
afterAll(() => vi.unstubAllGlobals());
beforeEach(() => {
  asked.length = 0;
});

const outputs = () => ({
  'chirpsmith-prod-storage': { TokenIssuer: issuer, UserPoolClientId: clientId },
  'chirpsmith-prod-service': {
    ApiUrl: stack.stack.ready.api,
    ProviderBaseUrl: 'https://provider.example.com',
  },
});

interface Person {
  readonly env?: NodeJS.ProcessEnv;
  readonly words?: readonly string[];
  readonly openBrowser?: (url: string) => void;
}

/** A home in which stage prod is known, and commands that are run in it. */
async function deployed({ written = outputs() as unknown } = {}) {
  const home = await temporaryFolder();
  const stages = join(home, 'stages');
  await mkdir(stages);
  if (written !== null) await writeFile(join(stages, 'prod.json'), JSON.stringify(written));
  const command = (name: string, args: readonly string[], options: Person = {}) =>
    run(name, ['--stage', 'prod', ...args], { ...options, home });
  return { home, kept: join(stages, 'prod.signed-in'), command };
}

/** A person at a terminal with a browser. */
const signingIn = (subject: string, action: 'sign-in' | 'decline' = 'sign-in'): Person => ({
  words: [],
  openBrowser: (url) => void browse(url, subject, action),
});
/** What the issuer was asked for: the grant, or the path. */
const grants = () => asked.map(({ path, form }) => form.get('grant_type') ?? path);

describe('a stage', () => {
  it('trains a model as the local stack does, for the user who signs in, and shows it to no other', {
    timeout: 60_000,
  }, async () => {
    const { home, command } = await deployed();
    const folder = join(home, 'tracks');
    await mkdir(folder);
    for (const { name, bytes } of songs(6)) await writeFile(join(folder, name), bytes);

    const asAnna = { CHIRPSMITH_USER: 'anna@example.com' };
    await command('sessions', [], { ...signingIn('anna@example.com'), env: asAnna });
    const train = ['--json', '--yes', folder, '--name', 'Night Drive', '--deadline', '0.01'];
    const left = await command('train', train, { env: asAnna });
    expect(left.code, left.stdout).toBe(4);
    const told = events(left);
    expect(told.find(({ event }) => event === 'stage.reached')).toEqual({
      event: 'stage.reached',
      stage: 'prod',
      api: stack.stack.ready.api,
      provider: 'https://provider.example.com',
    });
    expect(told.at(-1)).toMatchObject({ event: 'session.deadline' });
    const sessionId = String(told.at(-1)?.sessionId);
    expect(JSON.stringify(told.at(-1))).toContain(
      `npx chirpsmith status --stage prod --user anna@example.com ${sessionId} --watch`,
    );

    const token = await stack.stack.token('anna@example.com');
    await expect
      .poll(async () => (await stack.call('GET', `/sessions/${sessionId}`, undefined, token)).body, {
        timeout: 40_000,
      })
      .toMatchObject({ status: 'ready' });
    const shown = events(await command('status', [sessionId.slice(0, 8), '--json'])).at(-1);
    expect(sessionAnswer.parse(shown)).toMatchObject({ status: 'ready', sessionId });

    const bens = await command(
      'status',
      [sessionId, '--user', 'ben@example.com'],
      signingIn('ben@example.com'),
    );
    expect(bens.code).toBe(2);
    expect(events(await command('sessions', ['--json']))).toEqual([
      expect.objectContaining({ event: 'sessions.listed', count: 0 }),
    ]);
  });

  it('asks before it spends what its provider takes, and names it', async () => {
    const { home, command } = await deployed();
    const folder = join(home, 'tracks');
    await mkdir(folder);
    for (const { name, bytes } of songs(6)) await writeFile(join(folder, name), bytes);
    await command('sessions', [], signingIn('anna@example.com'));
    const refused = await command('train', [folder, '--name', 'x']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('https://provider.example.com takes real credits');
  });

  it('is signed in to once: what is kept is a token for its owner only, and sign-out revokes it', async () => {
    const { kept, command } = await deployed();
    const first = await command('sessions', [], signingIn('anna@example.com'));
    expect(first.code, first.stderr).toBe(0);
    expect(first.stdout).toContain('The browser opens, to sign in to stage prod.');
    const all = ['/.well-known/openid-configuration', '/authorize', '/authorize', 'authorization_code'];
    expect(grants()).toEqual(all);
    expect(statSync(kept).mode & 0o777).toBe(0o600);

    asked.length = 0;
    expect((await command('sessions', [])).code).toBe(0);
    expect(grants()).toEqual([all[0], 'refresh_token']);

    asked.length = 0;
    const { refreshToken } = JSON.parse(readFileSync(kept, 'utf8'));
    const out = await command('sign-out', []);
    expect(out.stdout.split('\n')).toEqual([
      'anna@example.com is signed out of stage prod.',
      'Any command signs in again, such as:',
      '  npx chirpsmith sessions --stage prod',
      '',
    ]);
    expect(grants()).toEqual([all[0], '/revoke']);
    expect(asked.at(-1)?.form.get('token')).toBe(refreshToken);
    expect(existsSync(kept)).toBe(false);
    expect((await command('sign-out', [])).stdout).toMatch(/^Nobody was signed in at stage prod\.\n/);
  });

  it('opens the browser again when the sign-in has been revoked', async () => {
    const { kept, command } = await deployed();
    await command('sessions', [], signingIn('anna@example.com'));
    const { refreshToken } = JSON.parse(readFileSync(kept, 'utf8'));
    await fetch(`${issuer}/revoke`, { method: 'POST', body: new URLSearchParams({ token: refreshToken }) });
    const again = await command('sessions', [], signingIn('anna@example.com'));
    expect(again.stdout).toContain('The browser opens');
    expect(again.code).toBe(0);
  });

  it('sends a refresh token to no issuer but its own', async () => {
    const { command } = await deployed();
    await command('sessions', [], signingIn('anna@example.com'));
    asked.length = 0;
    await command('sessions', ['--issuer', stack.stack.ready.issuer, '--client-id', clientId]);
    expect(grants()).not.toContain('refresh_token');
  });

  it('without a terminal says how to sign in, and takes CHIRPSMITH_TOKEN in place of it', async () => {
    const { command } = await deployed();
    const refused = await command('sessions', []);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/sign in once at a terminal, or set CHIRPSMITH_TOKEN/);
    expect(refused.stderr).toContain('npx chirpsmith sessions --stage prod');
    const CHIRPSMITH_TOKEN = await stack.stack.token('anna@example.com');
    expect((await command('sessions', [], { env: { CHIRPSMITH_TOKEN } })).code).toBe(0);
  });

  it.each<[string, string[], Person, RegExp]>([
    ['a declined sign-in', [], signingIn('anna@example.com', 'decline'), /declined: run the command again/],
    [
      'somebody else who signs in',
      ['--user', 'anna@example.com'],
      signingIn('ben@example.com'),
      /--user: The browser signed in ben@example\.com, not anna@example\.com/,
    ],
    ['an API without TLS', ['--api-url', 'http://api.example.com'], {}, /--api-url: .* is not an https URL/],
    ['an issuer without TLS', ['--issuer', 'http://id.example.com'], {}, /--issuer: .* is not an https URL/],
    [
      'a client without its issuer',
      ['--api-url', 'https://a.example', '--client-id', 'c'],
      {},
      /--issuer: .* give both/,
    ],
    [
      'an issuer without its client',
      ['--api-url', 'https://a.example', '--issuer', issuer],
      {},
      /--client-id: .* give both/,
    ],
    [
      'no client and no token',
      ['--api-url', 'https://a.example'],
      {},
      /CHIRPSMITH_TOKEN: No client of its issuer is known here/,
    ],
    ['a flag without its value', ['--user='], {}, /--user: It needs a value/],
  ])('says what to do about %s', async (_, args, person, words) => {
    const { kept, command } = await deployed();
    const refused = await command('sessions', args, person);
    expect(refused.stderr).toMatch(words);
    expect(refused.code).toBe(2);
    expect(existsSync(kept)).toBe(false);
  });

  it('without a deployment from here is not known, nor is one whose file is broken', async () => {
    const unknown = await (await deployed({ written: null })).command('sessions', []);
    expect(unknown.stderr).toMatch(/prod\.json: It is written by npx chirpsmith deploy --stage prod/);
    const broken = await (await deployed({ written: ['x'] })).command('sessions', []);
    expect(broken.stderr).toMatch(/prod\.json: It does not hold the outputs of a deployment/);
    expect([unknown.code, broken.code]).toEqual([2, 2]);
  });

  it('with an issuer of its own is signed in to by a client that is given, or takes a token; it says when that is refused', async () => {
    const { command } = await deployed({
      written: {
        'chirpsmith-prod-storage': { TokenIssuer: issuer },
        'chirpsmith-prod-service': { ApiUrl: stack.stack.ready.api },
      },
    });
    const signed = await command('sessions', ['--client-id', clientId], signingIn('anna@example.com'));
    expect(signed.code, signed.stderr).toBe(0);
    const token = await stack.stack.token('brought');
    expect((await command('sessions', [], { env: { CHIRPSMITH_TOKEN: token } })).code).toBe(0);
    const refused = await command('sessions', [], { env: { CHIRPSMITH_TOKEN: `${token}x` } });
    expect(refused.stderr).toContain('The API refuses CHIRPSMITH_TOKEN');
    expect(refused.code).toBe(1);
  });
});
