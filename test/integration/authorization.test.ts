import { decodeProtectedHeader, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sharedStack, songs, type TestStack } from '../../test-support/local-stack.ts';

let it_: TestStack;
/** Of the user `local`, who asks with `ready.token`; its files are declared and not uploaded. */
let sessionId: string;
let keys: readonly string[];
beforeAll(async () => {
  it_ = await sharedStack();
  const files = songs(6).map(({ name }, index) => ({ name, size: 10, sha256: `${index}`.repeat(64) }));
  const created = await it_.call('POST', '/sessions', { name: 'Mine', files });
  sessionId = z.object({ sessionId: z.string() }).parse(created.body).sessionId;
  keys = it_.stack.assembly.apis.flatMap(({ routes }) => routes.map(({ key }) => key));
});

const file = { name: 'other.mp3', size: 11, sha256: 'a'.repeat(64) };
/**
 * What the owner is answered, and with what body, in an order in which each is possible. A route that is missing
 * here fails the tests.
 */
const asOwner: Readonly<Record<string, { body?: object; status: number }>> = {
  'GET /openapi.json': { status: 200 },
  $default: { status: 404 },
  'POST /sessions': { body: {}, status: 400 },
  'POST /sessions/{id}/files': { body: { from: 6, files: [file] }, status: 409 },
  'POST /sessions/{id}/uploads': { body: { tracks: [{ trackId: '001' }] }, status: 200 },
  'GET /account': { status: 200 },
  'GET /models': { status: 200 },
  'POST /personas': { body: {}, status: 400 },
  'GET /personas': { status: 200 },
  'POST /generations': { body: {}, status: 400 },
  'GET /generations': { status: 200 },
  'GET /sessions': { status: 200 },
  'GET /sessions/{id}': { status: 200 },
  'GET /sessions/{id}/timeline': { status: 200 },
  'PUT /sessions/{id}/tracks/{trackId}': { body: file, status: 200 },
  'POST /sessions/{id}/approve': { status: 409 },
  'POST /sessions/{id}/decide': { body: { choice: 'abandon' }, status: 409 },
  'POST /sessions/{id}/start': { status: 202 },
  'POST /sessions/{id}/resume': { body: {}, status: 202 },
  // A session that trains is no music, also when it has an execution.
  'GET /generations/{id}': { status: 404 },
  'POST /sessions/{id}/cancel': { status: 409 },
  'DELETE /sessions/{id}': { status: 204 },
};
const open = ['GET /openapi.json'];

async function ask(key: string, token: string | undefined, id = sessionId) {
  const [method = '', route = ''] = (key === '$default' ? 'GET /no/such/route' : key).split(' ');
  const path = route.replace('{id}', id).replace('{trackId}', '001');
  const { body } = asOwner[key] ?? {};
  const answer = await fetch(it_.stack.ready.api + path, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: token }),
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: answer.status, body: (await answer.text()).replaceAll(id, 'ID') };
}

const now = () => Math.floor(Date.now() / 1000);
const issued = (claims: Record<string, unknown>) => it_.stack.token('local', claims);
function claims() {
  const { issuer = '', audience = [] } =
    it_.stack.assembly.apis.flatMap(({ routes }) => routes).find(({ authorizer }) => authorizer)
      ?.authorizer ?? {};
  return { iss: issuer, aud: [...audience], sub: 'local', iat: now() - 1, exp: now() + 3600 };
}
const keyId = () => decodeProtectedHeader(it_.stack.ready.token).kid ?? '';

async function signedBy(make: 'another key' | 'a shared secret'): Promise<string> {
  if (make === 'a shared secret') {
    // What is public of the key, taken for a secret: the oldest way to be let in.
    const jwks = await (await fetch(`${it_.stack.ready.issuer}/.well-known/jwks.json`)).text();
    const secret = new TextEncoder().encode(jwks);
    return new SignJWT(claims()).setProtectedHeader({ alg: 'HS256', kid: keyId() }).sign(secret);
  }
  const { privateKey } = await generateKeyPair('RS256');
  return new SignJWT(claims()).setProtectedHeader({ alg: 'RS256', kid: keyId() }).sign(privateKey);
}

/** The token that works, with one field of its claims replaced after it was signed. */
function altered(): string {
  const [header, payload = '', signature] = it_.stack.ready.token.split('.');
  const read = z
    .record(z.string(), z.unknown())
    .parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
  return [
    header,
    Buffer.from(JSON.stringify({ ...read, sub: 'admin' })).toString('base64url'),
    signature,
  ].join('.');
}

describe('every route of the template', () => {
  it('has its line in the table of this test, and no line is of no route', () => {
    expect([...keys].sort()).toEqual(Object.keys(asOwner).sort());
  });

  it.each<[string, () => Promise<string | undefined> | string]>([
    ['is missing', async () => undefined],
    ['is empty', () => ''],
    ['is no token', () => 'local'],
    ['has expired', () => issued({ exp: now() - 1 })],
    ['never expires', () => issued({ exp: undefined })],
    ['is not valid yet', () => issued({ nbf: now() + 600 })],
    ['is of the future', () => issued({ iat: now() + 600 })],
    ['is of another issuer', () => issued({ iss: 'https://other.example' })],
    ['is for another audience', () => issued({ aud: 'others' })],
    ['is for a client of another name', () => issued({ aud: undefined, client_id: 'others' })],
    ['has alg: none', () => new UnsecuredJWT(claims()).encode()],
    ['is signed by another key', () => signedBy('another key')],
    ['is signed by what is public of the key', () => signedBy('a shared secret')],
    ['was altered', altered],
  ])('rejects a caller whose token %s', async (_, make) => {
    const token = await make();
    for (const key of keys.filter((one) => !open.includes(one))) {
      for (const authorization of token ? [`Bearer ${token}`, token] : [token]) {
        expect(await ask(key, authorization), key).toEqual({
          status: 401,
          body: '{"message":"Unauthorized"}',
        });
      }
    }
    for (const key of open) expect(await ask(key, token), key).toMatchObject({ status: 200 });
    expect(await it_.session(sessionId)).toMatchObject({
      status: 'open',
      tracks: [{ file: songs(1)[0]?.name }, {}, {}, {}, {}, {}],
    });
  });

  it("answers another user's session as one that does not exist, and leaves it alone", async () => {
    const stranger = `Bearer ${await it_.stack.token('somebody else')}`;
    const about = keys.filter((key) => key.includes('{id}'));
    expect(about.length).toBeGreaterThan(7);
    for (const key of about) {
      const answer = await ask(key, stranger);
      expect(answer.status, key).toBe(404);
      expect(answer, key).toEqual(await ask(key, stranger, crypto.randomUUID()));
    }
    expect(await ask('GET /sessions', stranger)).toEqual({ status: 200, body: '{"sessions":[]}' });
    expect(await it_.session(sessionId)).toMatchObject({ status: 'open' });
  }, 120_000);

  it('takes a page marker only from its owner', async () => {
    await it_.call('POST', '/sessions', {
      name: 'Second',
      files: songs(6).map(({ name }, index) => ({ name, size: 10, sha256: `${index}`.repeat(64) })),
    });
    const page = await it_.call('GET', '/sessions?limit=1');
    const { next } = z.object({ next: z.string() }).parse(page.body);
    const stranger = await it_.stack.token('somebody else');
    expect(await it_.call('GET', `/sessions?cursor=${next}`)).toMatchObject({ status: 200 });
    expect(await it_.call('GET', `/sessions?cursor=${next}`, undefined, stranger)).toMatchObject({
      status: 400,
    });
  });

  it('lets the owner do what is possible, with or without the word Bearer', async () => {
    const { token } = it_.stack.ready;
    for (const [key, { status }] of Object.entries(asOwner)) {
      const answer = await ask(key, key.startsWith('GET') ? token : `Bearer ${token}`);
      expect(answer, key).toMatchObject({ status });
      // A run without files ends at once; what comes next needs it to be at rest.
      if (status === 202) await it_.ended((await it_.session(sessionId)).executionArn ?? '');
    }
    expect(await ask('GET /sessions/{id}', token)).toMatchObject({ status: 404 });
  }, 120_000);
});
