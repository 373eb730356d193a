import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AudioWayProblem } from '../../../local/audio-way/audio-way.ts';
import { openLocalAudio } from '../../../local/audio-way/local-audio.ts';
import { fetchProbe, tunnelAdvice } from '../../../local/audio-way/probe.ts';
import { openPublicDoor } from '../../../local/audio-way/public-door.ts';
import { tooNear } from '../../../local/audio-way/reach.ts';
import { openTunnel } from '../../../local/audio-way/tunnel.ts';
import { startReverseProxy } from '../../../test-support/reverse-proxy.ts';
import { bucket, credentials, region, startBucket } from '../../../test-support/s3-bucket.ts';

const publicUrl = 'https://music.example.test/way';
const provider = 'https://api.example.test';
const key = { accessKeyId: 'PUBLICDOOR', secretAccessKey: 'the-door-s-own-secret' };
const { signal } = new AbortController();
const onTheInternet = async () => ['203.0.113.9'];

let s3: Awaited<ReturnType<typeof startBucket>>;
let audio: ReturnType<typeof openLocalAudio>;
let door: Awaited<ReturnType<typeof openPublicDoor>>;
let proxy: Awaited<ReturnType<typeof startReverseProxy>>;
beforeAll(async () => {
  s3 = await startBucket();
  audio = openLocalAudio({ url: s3.url, region, credentials, bucket });
  door = await openPublicDoor({ port: 0, publicUrl, key, linkMinutes: 60, audio });
  proxy = await startReverseProxy(publicUrl, { host: 'rewritten', strip: '/way' });
  proxy.lead(door.url);
});
afterAll(async () => {
  await door.close();
  audio.close();
  await proxy.close();
  await s3.stop();
});

const tunnel = (options: Partial<Parameters<typeof openTunnel>[0]> = {}) =>
  openTunnel({ publicUrl, door, audio, provider, fetch: proxy.fetch, lookup: onTheInternet, ...options });

/** Its one message. No problem may show what signs a link. */
function messageOf(problem: AudioWayProblem | undefined): string | undefined {
  expect(JSON.stringify(problem) ?? '').not.toMatch(/x-amz/i);
  return problem?.problems.map(({ where, message }) => `${where}: ${message}`).join();
}

describe('the probe of a tunnel', () => {
  it('comes back whole, and leaves nothing in the bucket', async () => {
    expect(await tunnel().check(signal)).toBeUndefined();
    expect(await audio.list('probe')).toEqual([]);
    const { client } = audio;
    const { ListObjectVersionsCommand } = await import('@aws-sdk/client-s3');
    const versions = await client.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: 'probe/' }));
    expect([versions.Versions ?? [], versions.DeleteMarkers ?? []]).toEqual([[], []]);
  });

  const page = '<!DOCTYPE html><html>You are about to visit this site</html>';
  it.each<[string, Parameters<typeof proxy.instead>[0], string]>([
    [
      'a page in its place, with its first line',
      (_, response) => !!response.writeHead(200, { 'content-type': 'text/html' }).end(`\n${page}`),
      `music.example.test answered with something else (text/html): "${page}". A page that warns or asks for a password, a cache, or another server may be on the way. Let the tunnel lead to <door>.`,
    ],
    [
      'a redirect, with where it leads, and no more of it',
      (request, response) =>
        !!response.writeHead(302, { location: `https://login.example.test${request.url}` }).end(),
      'answered 302, a redirect to https://login.example.test. A provider may not follow it',
    ],
    [
      'a redirect to a page of the same address',
      (_, response) => !!response.writeHead(302, { location: '/sign-in?X-Amz-Signature=abc' }).end(),
      'answered 302, a redirect to /sign-in. A provider may not follow it: let the tunnel answer itself',
    ],
    [
      'the status and the first line of a body, without what it repeats of the link',
      (request, response) => !!response.writeHead(404).end(`Cannot GET ${request.url}\nmore`),
      'answered 404: "Cannot GET /way/audio/probe/',
    ],
    [
      'a path that is missing, and where the tunnel is to lead',
      (_, response) => !!response.writeHead(404).end(),
      'answered 404. Another server may be behind it, or the address may need a path. Let the tunnel lead to <door>.',
    ],
    [
      'a password that is asked for',
      (_, response) => !!response.writeHead(401).end(),
      'answered 401. It asks for a password, which a provider cannot give.',
    ],
    [
      'a tunnel that leads nowhere',
      (_, response) => !!response.writeHead(502).end('Bad gateway \u001b[31m\n'),
      'answered 502: "Bad gateway  [31m". The tunnel does not run, or leads nowhere. Let it lead to <door>.',
    ],
    [
      'a tunnel that is busy, or has no machine behind it',
      (_, response) => !!response.writeHead(530).end('error code: 1033'),
      'answered 530: "error code: 1033". The tunnel does not run, or leads nowhere. Let it lead to <door>.',
    ],
    [
      'another server behind the tunnel',
      (_, response) => !!response.writeHead(405).end('Method Not Allowed'),
      'answered 405: "Method Not Allowed". Another server may be behind it. Let the tunnel lead to <door>.',
    ],
    [
      'a long line, cut',
      (_, response) => !!response.writeHead(500).end('x'.repeat(5000)),
      `answered 500: "${'x'.repeat(79)}…". Another server may be behind it. Let the tunnel lead to <door>.`,
    ],
    [
      'a connection that is closed',
      (_, response) => !!response.socket?.destroy(),
      'music.example.test closed the connection without an answer. Let the tunnel lead to <door>.',
    ],
  ])('names %s', async (_, answer, words) => {
    proxy.instead(answer);
    try {
      const problem = await tunnel().check(signal);
      expect(problem?.summary).toContain('A test file could not be fetched at https://music.example.test');
      expect(messageOf(problem)).toContain(words.replace('<door>', door.url));
      expect(messageOf(problem)).toMatch(/^--public-url: /);
    } finally {
      proxy.instead(undefined);
    }
  });

  it('names the door that a tunnel must point at, when the path is changed on the way', async () => {
    const habits = { host: 'rewritten', strip: '/way/audio' } as const;
    const other = await startReverseProxy(publicUrl, habits);
    other.lead(door.url);
    const message = messageOf(await tunnel({ fetch: other.fetch }).check(signal));
    expect(message).toContain('answered 403: "Only signed links to audio are answered here.".');
    expect(message).toContain(`Let the tunnel lead to ${door.url}, and leave path and query as they are.`);
    await other.close();
  });

  it.each([
    ['ENOTFOUND', 'There is no host music.example.test'],
    ['ECONNREFUSED', 'music.example.test takes no connection: is the tunnel running?'],
    ['CERT_NOT_YET_VALID', 'If the clock is behind, let it be set by the network (NTP).'],
    ['CERT_HAS_EXPIRED', 'The certificate of music.example.test has expired.'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'is self-signed'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'is not for music.example.test, but for another name'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'does not speak TLS on this port'],
    ['EODD', 'music.example.test could not be asked (EODD). Let the tunnel lead to http://127.0.0.1:'],
  ])('puts %s into words', async (code, words) => {
    const failing: typeof fetch = async (input) => {
      const cause = Object.assign(new Error(`connecting to ${String(input)}`), { code });
      throw new TypeError('fetch failed', { cause });
    };
    expect(messageOf(await tunnel({ fetch: failing }).check(signal))).toContain(words);
  });

  it('says that no HTTP client asks at such a port', async () => {
    const refusing: typeof fetch = () => fetch('http://127.0.0.1:1/');
    expect(messageOf(await tunnel({ fetch: refusing }).check(signal))).toContain(
      'The port of music.example.test is one that HTTP clients refuse',
    );
  });

  it('says how long it has waited', async () => {
    const late: typeof fetch = async () => {
      throw new DOMException('The operation was aborted due to timeout', 'TimeoutError');
    };
    expect(messageOf(await tunnel({ fetch: late }).check(signal))).toContain(
      `sent nothing for 30 s. Let the tunnel lead to ${door.url}.`,
    );
  });

  it('ends with the stack', async () => {
    const ended = AbortSignal.abort();
    const probe = {
      url: 'https://music.example.test/x',
      bytes: Buffer.of(1),
      where: '--public-url',
      advice: tunnelAdvice(door.url),
    };
    await expect(fetchProbe({ ...probe, fetch: proxy.fetch, signal: ended })).rejects.toThrow();
  });
});

describe('a public URL that the provider cannot reach', () => {
  const never: typeof fetch = async () => {
    throw new Error('This must not be fetched.');
  };

  it.each([
    ['http://127.0.0.1:4705', onTheInternet, 'this machine'],
    ['http://192.168.1.4:4705', onTheInternet, 'an address of a private network'],
    ['https://music.example.test', async () => ['127.0.0.1', '::1'], 'this machine'],
    [
      'https://music.example.test',
      async () => ['100.101.102.103', 'fd7a:115c::1'],
      'an address of a private network',
    ],
  ])('is refused without a fetch: %s', async (url, lookup, words) => {
    const addresses = async (host: string) => (host === 'api.example.test' ? onTheInternet() : lookup());
    const problem = await tunnel({ publicUrl: url, fetch: never, lookup: addresses }).check(signal);
    expect(problem?.summary).toBe(`api.example.test cannot reach ${url}.`);
    expect(messageOf(problem)).toContain(
      `leads to ${words}: use the address that the tunnel has on the internet.`,
    );
  });

  it.each([
    ['http://127.0.0.1:4705', 'http://localhost:3000'],
    ['http://192.168.1.4', 'http://192.168.1.5'],
    ['http://192.168.1.4', 'http://localhost:3000'],
    ['https://music.example.test', 'https://api.example.test'],
    ['https://[2001:db8::1]', 'https://api.example.test'],
  ])('is not %s, for a provider at %s', async (way, at) => {
    expect(await tooNear(way, at, onTheInternet)).toBeUndefined();
  });

  it('is left to the probe when its name has no address here: a proxy may know it', async () => {
    const unknown = async (): Promise<string[]> => {
      throw new Error('ENOTFOUND');
    };
    expect(await tooNear('https://music.example.test', provider, unknown)).toBeUndefined();
  });
});
