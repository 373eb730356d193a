import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sessionAnswer } from '../../../functions/api/contract.ts';
import { sharedStack, songs, type TestStack } from '../../../test-support/local-stack.ts';
import { events, run, temporaryFolder } from '../run-command.ts';
import { type FakeUser, startFakeCognito, userPoolId } from './fake-cognito.ts';

// The local stack stands for the deployed API, and takes tokens as Cognito makes them: with `client_id`, no `aud`.
const clientId = 'chirpsmith';
const password = 'Correct horse 7 battery!';
const users: Record<string, FakeUser> = {};

let stack: TestStack;
let cognito: Awaited<ReturnType<typeof startFakeCognito>>;
beforeAll(async () => {
  stack = await sharedStack();
  cognito = await startFakeCognito({
    clientId,
    users,
    accessToken: (subject) => stack.stack.token(subject, { aud: undefined, client_id: clientId }),
  });
});
afterAll(() => cognito.close());
beforeEach(() => {
  Object.assign(users, {
    'anna@example.com': { password, subject: 'sub-of-anna' },
    'ben@example.com': { password, subject: 'sub-of-ben' },
    'new@example.com': { password: 'Invitation 1', subject: 'sub-of-new', invited: true, code: '123456' },
  });
  cognito.calls.length = 0;
});

const outputs = () => ({
  'chirpsmith-prod-storage': { UserPoolId: userPoolId, UserPoolClientId: clientId },
  'chirpsmith-prod-service': {
    ApiUrl: stack.stack.ready.api,
    ProviderBaseUrl: 'https://provider.example.com',
  },
});

/** A home in which stage prod is known, and commands that are run in it. */
async function deployed({ written = outputs() as unknown } = {}) {
  const home = await temporaryFolder();
  const stages = join(home, 'stages');
  await mkdir(stages);
  if (written !== null) await writeFile(join(stages, 'prod.json'), JSON.stringify(written));
  const command = (
    name: string,
    args: readonly string[],
    options: { env?: NodeJS.ProcessEnv; words?: readonly string[] } = {},
  ) => {
    const env = { AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: cognito.url, ...options.env };
    return run(name, ['--stage', 'prod', ...args], { ...options, home, env });
  };
  return { home, kept: join(stages, 'prod.signed-in'), command };
}

const operations = () =>
  cognito.calls.map(({ operation, request }) => request.AuthFlow ?? request.ChallengeName ?? operation);
const asAnna = { CHIRPSMITH_USER: 'anna@example.com', CHIRPSMITH_PASSWORD: password };

describe('a stage', () => {
  it('trains a model as the local stack does, for the user who signs in, and shows it to no other', {
    timeout: 60_000,
  }, async () => {
    const { home, command } = await deployed();
    const folder = join(home, 'tracks');
    await mkdir(folder);
    for (const { name, bytes } of songs(6)) await writeFile(join(folder, name), bytes);

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

    const token = await stack.stack.token('sub-of-anna');
    await expect
      .poll(async () => (await stack.call('GET', `/sessions/${sessionId}`, undefined, token)).body, {
        timeout: 40_000,
      })
      .toMatchObject({ status: 'ready' });
    const shown = events(await command('status', [sessionId.slice(0, 8), '--json'])).at(-1);
    expect(sessionAnswer.parse(shown)).toMatchObject({ status: 'ready', sessionId });

    const asBen = { CHIRPSMITH_USER: 'ben@example.com', CHIRPSMITH_PASSWORD: password };
    const bens = await command('status', [sessionId, '--json'], { env: asBen });
    expect(bens.code).toBe(2);
    expect(events(await command('sessions', ['--json'], { env: asBen }))).toEqual([
      expect.objectContaining({ event: 'sessions.listed', count: 0 }),
    ]);
  });

  it('asks before it spends what its provider takes, and names it', async () => {
    const { home, command } = await deployed();
    const folder = join(home, 'tracks');
    await mkdir(folder);
    for (const { name, bytes } of songs(6)) await writeFile(join(folder, name), bytes);
    const refused = await command('train', [folder, '--name', 'x'], { env: asAnna });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('https://provider.example.com takes real credits');
  });

  it('is signed in to once: what is kept is a token for its owner only, and sign-out ends it', async () => {
    const { kept, command } = await deployed();
    expect((await command('sessions', [], { env: asAnna })).code).toBe(0);
    expect(operations()).toEqual(['USER_SRP_AUTH', 'PASSWORD_VERIFIER']);
    expect(statSync(kept).mode & 0o777).toBe(0o600);
    expect(readFileSync(kept, 'utf8')).not.toContain(password);
    expect(JSON.stringify(cognito.calls)).not.toContain(password);

    expect((await command('sessions', [])).code).toBe(0);
    expect(operations().slice(2)).toEqual(['REFRESH_TOKEN_AUTH']);

    const out = await command('sign-out', []);
    expect(out.stdout.split('\n')).toEqual([
      'anna@example.com is signed out of stage prod.',
      'Any command signs in again, such as:',
      '  npx chirpsmith sessions --stage prod',
      '',
    ]);
    expect(operations().slice(3)).toEqual(['RevokeToken']);
    expect(existsSync(kept)).toBe(false);
    const again = await command('sessions', []);
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('--user NAME or CHIRPSMITH_USER');
    expect((await command('sign-out', [])).stdout).toMatch(/^Nobody was signed in at stage prod\.\n/);
  });

  it('asks for name and password at a terminal, and again when the sign-in has been revoked', async () => {
    const { command } = await deployed();
    const first = await command('sessions', [], { words: ['anna@example.com', password] });
    expect(first.code).toBe(0);
    expect(first.questions).toEqual([
      'Sign in to stage prod. Your e-mail address:',
      'Password of anna@example.com at stage prod: (hidden)',
    ]);
    cognito.refreshTokens.clear();
    const second = await command('sessions', [], { words: [password] });
    expect(second.questions).toEqual(['Password of anna@example.com at stage prod: (hidden)']);
    expect(second.code).toBe(0);
  });

  it('takes a new password from whoever was invited, and the code of an authenticator app', async () => {
    const { command } = await deployed();
    const own = 'Another horse 8 staple?';
    const words = ['Invitation 1', own, 'a slip', 'short', 'short', own, own, '000000', '123456'];
    const invited = await command('sessions', ['--user', 'new@example.com'], { words });
    expect(invited.questions.join('\n')).toMatch(
      /A new password[\s\S]*two different ones[\s\S]*Password not long enough[\s\S]*six digits[\s\S]*Invalid code/,
    );
    expect(invited.code).toBe(0);
    expect(users['new@example.com']).toMatchObject({ password: own, invited: false });
  });

  it.each<[string, string[], NodeJS.ProcessEnv, RegExp]>([
    ['a wrong password', [], { ...asAnna, CHIRPSMITH_PASSWORD: 'wrong' }, /name or the password is wrong/],
    [
      'nobody who knows the password',
      ['--user', 'anna@example.com'],
      {},
      /CHIRPSMITH_PASSWORD: Nobody can be asked/,
    ],
    ['no client like that', ['--client-id', 'other'], asAnna, /no such user pool or client/],
    [
      'an API without TLS',
      ['--api-url', 'http://api.example.com'],
      asAnna,
      /--api-url: .* is not an https URL/,
    ],
    [
      'half a user pool',
      ['--api-url', 'https://a.example', '--client-id', 'c'],
      asAnna,
      /--user-pool-id: .* belong together/,
    ],
    [
      'an id that is none',
      ['--user-pool-id', 'x'],
      asAnna,
      /--user-pool-id: "x" is not the id of a user pool/,
    ],
    [
      'no user pool and no token',
      ['--api-url', 'https://a.example'],
      {},
      /CHIRPSMITH_TOKEN: The stage has no user pool/,
    ],
    ['a flag without its value', ['--user='], {}, /--user: It needs a value/],
  ])('says what to do about %s', async (_, args, env, words) => {
    const { kept, command } = await deployed();
    const refused = await command('sessions', args, { env });
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

  it('with an issuer of its own takes a token that is brought along, and says when it is refused', async () => {
    const { command } = await deployed({
      written: { 'chirpsmith-prod-service': { ApiUrl: stack.stack.ready.api } },
    });
    const token = await stack.stack.token('brought');
    expect((await command('sessions', [], { env: { CHIRPSMITH_TOKEN: token } })).code).toBe(0);
    const refused = await command('sessions', [], { env: { CHIRPSMITH_TOKEN: `${token}x` } });
    expect(refused.stderr).toContain('The API refuses CHIRPSMITH_TOKEN');
    expect(refused.code).toBe(1);
  });
});
