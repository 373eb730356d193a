import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type Answer, createCodeGrant } from '../../../../packages/local-aws/issuer/code-grant.ts';

const verifier = 'v'.repeat(43);
const request = {
  response_type: 'code',
  client_id: 'web',
  redirect_uri: 'http://localhost:5000/back?tab=1',
  state: 'st&te',
  code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  code_challenge_method: 'S256',
};
const form = { subject: 'ana', action: 'sign-in' };

function grant() {
  let time = 0;
  const made = createCodeGrant({
    clientId: 'web',
    tokens: async (subject) => ({ access_token: `access of ${subject}`, id_token: `id of ${subject}` }),
    now: () => time,
  });
  const redirected = (answer: Answer) => {
    if (!('location' in answer)) throw new Error(`No redirect: ${JSON.stringify(answer)}`);
    return new URL(answer.location);
  };
  return {
    ...made,
    signIn(changes: Partial<typeof request> = {}) {
      const query = new URLSearchParams({ ...request, ...changes });
      return redirected(made.decide(query, new URLSearchParams(form)));
    },
    decline: () =>
      redirected(
        made.decide(new URLSearchParams(request), new URLSearchParams({ ...form, action: 'decline' })),
      ),
    exchange: (fields: Record<string, string>) =>
      made.exchange(
        new URLSearchParams({
          grant_type: 'authorization_code',
          client_id: 'web',
          redirect_uri: request.redirect_uri,
          code_verifier: verifier,
          ...fields,
        }),
      ),
    pass(seconds: number) {
      time += seconds * 1000;
    },
  };
}

const codeOf = (url: URL) => url.searchParams.get('code') ?? '';
const refused = (error: string) => ({ status: 400, body: { error } });

describe('the authorization code grant of the local issuer', () => {
  test('sends the browser back with state and code, which gives tokens of the named person', async () => {
    const { signIn, exchange } = grant();
    const back = signIn();
    expect(back.href).toMatch(/^http:\/\/localhost:5000\/back\?tab=1&state=st%26te&code=[\w-]+$/);
    expect(await exchange({ code: codeOf(back) })).toMatchObject({
      status: 200,
      body: { access_token: 'access of ana', id_token: 'id of ana', refresh_token: expect.any(String) },
    });
  });

  test('reports a declined sign-in to the client', () => {
    const { searchParams } = grant().decline();
    expect(Object.fromEntries(searchParams)).toEqual({ tab: '1', state: 'st&te', error: 'access_denied' });
  });

  test('takes a code once', async () => {
    const { signIn, exchange } = grant();
    const code = codeOf(signIn());
    await exchange({ code });
    expect(await exchange({ code })).toEqual(refused('invalid_grant'));
  });

  test('takes a code within a minute', async () => {
    const { signIn, exchange, pass } = grant();
    const code = codeOf(signIn());
    pass(60);
    expect(await exchange({ code })).toEqual(refused('invalid_grant'));
  });

  test.each([
    ['another verifier', { code_verifier: 'w'.repeat(43) }, 'invalid_grant'],
    ['another redirect', { redirect_uri: 'http://localhost:5001/back' }, 'invalid_grant'],
    ['another client', { client_id: 'other' }, 'invalid_client'],
    ['another grant', { grant_type: 'password' }, 'unsupported_grant_type'],
  ])('refuses a code with %s', async (_, fields, error) => {
    const { signIn, exchange } = grant();
    expect(await exchange({ code: codeOf(signIn()), ...fields })).toEqual(refused(error));
  });

  test.each([
    ['to another machine', { redirect_uri: 'http://example.com/' }],
    ['to nowhere', { redirect_uri: '' }],
    ['for another client', { client_id: 'other' }],
    ['without PKCE', { code_challenge: '' }],
    ['with a plain challenge', { code_challenge_method: 'plain' }],
    ['for a token in the address', { response_type: 'token' }],
  ])('sends the browser nowhere %s', (_, changes) => {
    const query = new URLSearchParams({ ...request, ...changes });
    const { page, decide } = grant();
    expect(page(query)).toMatchObject({ status: 400, page: expect.any(String) });
    expect(decide(query, new URLSearchParams(form))).toMatchObject({ status: 400, page: expect.any(String) });
  });

  test('shows the name that it was given as text', () => {
    const query = new URLSearchParams({ ...request, login_hint: '"><script>' });
    expect(grant().page(query)).toMatchObject({
      page: expect.stringContaining('value="&#34;&#62;&#60;script&#62;"'),
    });
  });

  test('gives new tokens for a refresh token until it is revoked', async () => {
    const { signIn, exchange, revoke } = grant();
    const first = await exchange({ code: codeOf(signIn()) });
    const token = String(Object('body' in first ? first.body : {}).refresh_token);
    const refresh = { grant_type: 'refresh_token', refresh_token: token };
    expect(await exchange(refresh)).toMatchObject({ status: 200, body: { access_token: 'access of ana' } });
    revoke(new URLSearchParams({ token }));
    expect(await exchange(refresh)).toEqual(refused('invalid_grant'));
  });
});
