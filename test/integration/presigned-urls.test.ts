import { createHash } from 'node:crypto';
import { ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createdSessionAnswer } from '../../functions/api/contract/session.ts';
import { createDownloadUrls } from '../../functions/storage/upload-urls.ts';
import { sharedStack, songs, type TestStack } from '../../test-support/local-stack.ts';

let it_: TestStack;
let admin: S3Client;
let upload: { url: string; headers: Record<string, string>; expiresAt: string };
/** What signs the download URLs that the provider is given. */
let provider: ReturnType<typeof createDownloadUrls>;
let sessionId: string;
const bytes = new Uint8Array(songs(1)[0]?.bytes ?? []);

beforeAll(async () => {
  it_ = await sharedStack();
  const { s3: endpoint, region, bucket, adminKey } = it_.stack.ready;
  const s3 = (credentials: typeof adminKey) =>
    new S3Client({
      endpoint,
      region,
      credentials,
      forcePathStyle: true,
      requestChecksumCalculation: 'WHEN_REQUIRED',
    });
  admin = s3(adminKey);
  // By its function: roles have no names of their own.
  const { functions } = it_.stack.assembly;
  const { roleArn = '' } = functions.find(({ name }) => name.endsWith('-submit-upload')) ?? {};
  const signer = s3(it_.stack.access.credentialsFor(roleArn));
  provider = createDownloadUrls({ client: signer, bucket, minutes: 60 });

  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const others = songs(6).slice(1);
  const files = [
    { name: 'the one.wav', size: bytes.length, sha256 },
    ...others.map(({ name }, index) => ({ name, size: 10, sha256: `${index}`.repeat(64) })),
  ];
  const created = await it_.call('POST', '/sessions', { name: 'Upload', files, again: true });
  const { uploads, ...session } = createdSessionAnswer.parse(created.body);
  const [first] = uploads;
  if (!first) throw new Error('There is nothing to upload.');
  upload = first;
  sessionId = session.sessionId;
});
afterEach(() => void vi.useRealTimers());

/** Where the file goes. */
const key = () => decodeURIComponent(new URL(upload.url).pathname.split('/').slice(2).join('/'));
const versions = async () => {
  const { bucket: Bucket } = it_.stack.ready;
  const list = new ListObjectVersionsCommand({ Bucket, Prefix: `audio/${sessionId}/` });
  return ((await admin.send(list)).Versions ?? []).map(({ Key }) => Key);
};

type Sent = { url: string; method: string; headers: Record<string, string>; body?: Uint8Array<ArrayBuffer> };
const send = ({ url, ...init }: Sent) => fetch(url, init);
/** The same, sent a second after a moment. */
const expired = (moment: () => string) => (sent: Sent) => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(moment()) + 1000 });
  return sent;
};
/** Another moment of the same minute. */
const momentBeside = (url: string) =>
  (new URL(url).searchParams.get('X-Amz-Date') ?? '').replace(/\d\dZ$/, (s) => (s === '00Z' ? '01Z' : '00Z'));
const checksum = (text: string) => createHash('sha256').update(text).digest('base64');
const parameter = (name: string, value: string) => (sent: Sent) => {
  const url = new URL(sent.url);
  url.searchParams.set(name, value);
  return { ...sent, url: url.href };
};

describe('an upload URL admits nothing but the declared file', () => {
  it.each<[string, (sent: Sent) => Sent, status: number]>([
    ['that has expired', expired(() => upload.expiresAt), 403],
    ['made to last longer', parameter('X-Amz-Expires', '86400'), 403],
    ['of another moment', (sent) => parameter('X-Amz-Date', momentBeside(sent.url))(sent), 403],
    ['read with', ({ url }) => ({ url, method: 'GET', headers: upload.headers }), 403],
    ['deleted with', ({ url }) => ({ url, method: 'DELETE', headers: upload.headers }), 403],
    ['of another track', (sent) => ({ ...sent, url: sent.url.replace('/001.', '/002.') }), 403],
    [
      'of another session',
      (sent) => ({ ...sent, url: sent.url.replace(sessionId, crypto.randomUUID()) }),
      403,
    ],
    ['outside the sessions', (sent) => ({ ...sent, url: sent.url.replace('/audio/', '/inbox/') }), 403],
    ['with another parameter', parameter('partNumber', '1'), 403],
    ['without its signature', (sent) => ({ ...sent, url: sent.url.split('?')[0] ?? '' }), 403],
    ['with a signature of zeros', parameter('X-Amz-Signature', '0'.repeat(64)), 403],
    ['without the signed header', (sent) => ({ ...sent, headers: {} }), 403],
    [
      'with the header left out of what is signed',
      parameter('X-Amz-SignedHeaders', 'content-length;host'),
      403,
    ],
    [
      'with the signed header changed, and bytes that fit it',
      (sent) => ({
        ...sent,
        headers: { 'x-amz-checksum-sha256': checksum('abc') },
        body: new TextEncoder().encode('abc'),
      }),
      403,
    ],
    ['with a byte less', (sent) => ({ ...sent, body: bytes.slice(1) }), 403],
    ['with a byte more', (sent) => ({ ...sent, body: new Uint8Array([...bytes, 0]) }), 403],
    ['with as many bytes, but others', (sent) => ({ ...sent, body: bytes.map((byte) => byte ^ 1) }), 400],
  ])('refuses one %s', async (_, change, status) => {
    const sent = change({ url: upload.url, method: 'PUT', headers: upload.headers, body: bytes });
    const answer = await send(sent);
    const text = await answer.text();
    expect({ status: answer.status, text }).toMatchObject({ status });
    expect(text).not.toContain(new URL(upload.url).searchParams.get('X-Amz-Signature'));
    vi.useRealTimers();
    expect(await versions()).toEqual([]);
  });

  it('and admits that', async () => {
    const answer = await send({ url: upload.url, method: 'PUT', headers: upload.headers, body: bytes });
    expect(answer.status).toBe(200);
    expect(await versions()).toEqual([key()]);
  });
});

describe('the URL that the provider is given reads one file, and nothing else', () => {
  it.each<[string, (url: string) => Sent]>([
    ['that has expired', (url) => expired(() => new Date(Date.now() + 3_600_000).toISOString())(get(url))],
    ['of another file', (url) => get(url.replace('/001.', '/002.'))],
    ['of a version', (url) => parameter('versionId', '0'.repeat(32))(get(url))],
    ['to list the bucket', (url) => get(url.replace(/\/audio\/[^?]+/, '/'))],
    ['made to last longer', (url) => parameter('X-Amz-Expires', '604800')(get(url))],
    ['to write with', (url) => ({ url, method: 'PUT', headers: {}, body: bytes })],
    ['to delete with', (url) => ({ url, method: 'DELETE', headers: {} })],
  ])('refuses one %s', async (_, change) => {
    const answer = await send(change(await provider.get({ key: key() })));
    expect(answer.status).toBe(403);
    await answer.text();
    vi.useRealTimers();
    expect(await versions()).toEqual([key()]);
  });

  it('and reads that', async () => {
    const answer = await send(get(await provider.get({ key: key() })));
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(bytes);
  });

  const get = (url: string): Sent => ({ url, method: 'GET', headers: {} });
});

it('a session is deleted with every version of its files, and what was signed for it reads nothing any more', async () => {
  const url = await provider.get({ key: key() });
  await send({ url: upload.url, method: 'PUT', headers: upload.headers, body: bytes });
  expect(await versions()).toHaveLength(2);
  const { api, token } = it_.stack.ready;
  const remove = () =>
    fetch(`${api}/sessions/${sessionId}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${token}` },
    });
  expect((await remove()).status).toBe(204);
  expect(await versions()).toEqual([]);
  expect((await fetch(url)).status).toBeGreaterThanOrEqual(403);
  expect((await remove()).status).toBe(404);
});
