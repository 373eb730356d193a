import { decodeProtectedHeader, generateKeyPair, SignJWT } from 'jose';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createdSessionAnswer, problemAnswer } from '../../functions/api/contract.ts';
import { sharedStack, songs, type TestStack } from './local-stack.ts';

let it_: TestStack;
let sessionId: string;
beforeAll(async () => {
  it_ = await sharedStack();
  sessionId = await it_.upload(songs(6));
});

const inAnHour = () => Math.floor(Date.now() / 1000) + 3600;
const requests = (): [method: string, route: string, body?: object][] => [
  ['GET', '/sessions'],
  ['POST', '/sessions', {}],
  ['GET', `/sessions/${sessionId}`],
  ['POST', `/sessions/${sessionId}/start`],
];

describe('who may ask', () => {
  it.each<[string, () => Promise<string>]>([
    ['is missing', async () => ''],
    ['has expired', () => it_.stack.token('local', { exp: inAnHour() - 7200 })],
    ['is of another issuer', () => it_.stack.token('local', { iss: 'https://other.example' })],
    ['is for another audience', () => it_.stack.token('local', { aud: 'others' })],
    ['is signed by another key', forged],
  ])('nobody whose token %s', async (_, make) => {
    const token = await make();
    for (const [method, route, body] of requests()) {
      const answer = await it_.call(method, route, body, token);
      expect(answer, `${method} ${route}`).toMatchObject({ status: 401, body: { message: 'Unauthorized' } });
    }
  });

  async function forged(): Promise<string> {
    const { kid = '' } = decodeProtectedHeader(it_.stack.ready.token);
    const { privateKey } = await generateKeyPair('RS256');
    const [route] = it_.stack.assembly.apis.flatMap(({ routes }) => routes);
    const { issuer = '', audience = [] } = route?.authorizer ?? {};
    return new SignJWT({ iss: issuer, aud: [...audience], sub: 'local', exp: inAnHour() })
      .setProtectedHeader({ alg: 'RS256', kid })
      .sign(privateKey);
  }

  it('nobody else than its owner: the same 404 as for one that does not exist, on GET and on start', async () => {
    const stranger = await it_.stack.token('somebody else');
    const answers = async (id: string) => {
      const [got, started] = [
        await it_.call('GET', `/sessions/${id}`, undefined, stranger),
        await it_.call('POST', `/sessions/${id}/start`, undefined, stranger),
      ];
      return [got, started].map(({ status, body }) => ({
        status,
        body: JSON.stringify(body).replaceAll(id, 'ID'),
      }));
    };
    const answered = await answers(sessionId);
    expect(answered.map(({ status }) => status)).toEqual([404, 404]);
    expect(answered).toEqual(await answers(crypto.randomUUID()));
    expect((await it_.call('GET', '/sessions', undefined, stranger)).body).toEqual({ sessions: [] });
    expect(await it_.session(sessionId)).toMatchObject({ status: 'open' });
  });
});

it('fields that are not known are refused, every one by its name', async () => {
  const files = [{ name: 'a.mp3', size: 1, sha256: '0'.repeat(64), type: 'audio/mpeg' }];
  const answer = await it_.call('POST', '/sessions', { name: 'x', files, minclips: 6 });
  expect(answer).toMatchObject({ status: 400, body: { type: 'urn:chirpsmith:error:BadInput' } });
  const { problems } = problemAnswer.parse(answer.body);
  expect(problems?.map(({ where }) => where).sort()).toEqual(['files[0].type', 'minclips']);
});

describe('an upload URL', () => {
  it('admits the declared file until it expires, and nothing else', async () => {
    const [file] = songs(1);
    const bytes = new Uint8Array(file?.bytes ?? []);
    const sha256 = Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex');
    const others = songs(6).slice(1);
    const files = [
      { name: 'the one.wav', size: bytes.length, sha256 },
      ...others.map(({ name }, index) => ({ name, size: 10, sha256: `${index}`.repeat(64) })),
    ];
    const created = await it_.call('POST', '/sessions', { name: 'Upload', files });
    const [upload] = createdSessionAnswer.parse(created.body).uploads;
    if (!upload) throw new Error('There is nothing to upload.');
    const put = async (body: Uint8Array<ArrayBuffer>, url = upload.url) =>
      (await fetch(url, { method: 'PUT', headers: upload.headers, body })).status;

    expect(await put(bytes.map((byte) => byte ^ 1))).toBe(400);
    expect(await put(bytes.slice(1))).toBe(403);
    expect(await put(bytes, `${upload.url}&partNumber=1`)).toBe(403);
    expect(await put(bytes, upload.url.replace(/X-Amz-Expires=\d+/, 'X-Amz-Expires=86400'))).toBe(403);
    expect(await put(bytes, upload.url.replace(/\/001\?/, '/002?'))).toBe(403);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(upload.expiresAt) + 1000 });
    onTestFinished(() => void vi.useRealTimers());
    expect(await put(bytes)).toBe(403);
    vi.useRealTimers();
    expect(await put(bytes)).toBe(200);
  });
});
