import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ReadyInfo, rowOfPorts, tryWay } from '../../../local/index.ts';
import { listenOnLoopback } from '../../../packages/local-servers/loopback.ts';
import { startReverseProxy } from '../../../test-support/reverse-proxy.ts';
import { examined, provider } from './world.ts';

it.each<[when: string, env: NodeJS.ProcessEnv, result: string, seen: string, next?: string]>([
  ['nobody elsewhere fetches', {}, 'ok', 'The sandbox fetches it here.'],
  [
    'the provider is on this machine',
    { ...provider, PROVIDER_BASE_URL: 'http://localhost:9' },
    'ok',
    'The provider is on this machine and fetches it here.',
  ],
  [
    'there is no way',
    provider,
    'failed',
    'api.example.com cannot fetch audio from this machine',
    '--audio-bucket:',
  ],
  [
    'two ways are named',
    { CHIRPSMITH_PUBLIC_URL: 'https://a.example', CHIRPSMITH_AUDIO_BUCKET: 's3://mine' },
    'failed',
    'The audio cannot go this way.',
    'CHIRPSMITH_PUBLIC_URL: CHIRPSMITH_AUDIO_BUCKET is set as well',
  ],
])('the line about the audio when %s', async (_, env, result, seen, next = '') => {
  const { of, code } = await examined({ env });
  const found = of('Audio');
  expect(found).toMatchObject({ result, seen: expect.stringContaining(seen) });
  expect(found?.next.map(({ words }) => words).join()).toContain(next);
  expect(code).toBe(result === 'failed' ? 1 : 0);
});

const publicUrl = 'https://music.example.test';
const tunnel = { ...provider, CHIRPSMITH_PUBLIC_URL: publicUrl };
const refusal = {
  summary: 'api.example.com cannot reach it.',
  problems: [{ where: '--public-url', message: 'Use another address.' }],
};

describe('the line about the audio, where a way is chosen', () => {
  it('says whether a probe came back, and on which port, without a stack', async () => {
    expect((await examined({ env: tunnel })).of('Audio')).toMatchObject({
      result: 'ok',
      seen: `A probe came back from ${publicUrl}, which leads to port 4705. No stack runs; a command that starts one uses this port.`,
      next: [],
    });
    expect((await examined({ env: tunnel, tryWay: async () => refusal })).of('Audio')).toMatchObject({
      result: 'failed',
      seen: refusal.summary,
      next: [{ words: '--public-url: Use another address.' }],
    });
  });

  it('says that no command uses the row of --port until a stack is started on it', async () => {
    expect((await examined({ env: tunnel, port: 4800 })).of('Audio')).toMatchObject({
      result: 'warning',
      seen: `A probe came back from ${publicUrl}, which leads to port 4805. No stack runs, and one that a command starts would use port 4705.`,
      next: [
        { words: expect.any(String), command: expect.stringMatching(/npx chirpsmith start --port 4800$/) },
      ],
    });
    const bucket = { ...provider, CHIRPSMITH_AUDIO_BUCKET: 's3://mine' };
    expect((await examined({ env: bucket, port: 4800 })).of('Audio')).toMatchObject({
      result: 'ok',
      seen: 'A probe came back from s3://mine.',
    });
  });

  it('names the port that a tunnel would have to lead to, where none is named', async () => {
    const words = async (port?: number) =>
      (await examined({ env: provider, ...(port && { port }) })).of('Audio')?.next[0]?.words;
    expect(await words()).toContain('a tunnel that leads to http://127.0.0.1:4705');
    expect(await words(4800)).toContain('a tunnel that leads to http://127.0.0.1:4805');
  });

  it('asks the stack that runs this way, and names the one that it does not run', async () => {
    const links = 'http://127.0.0.1:1/secret';
    const running = (name: string, isGood = false) => ({
      env: tunnel,
      port: 4800,
      stackOf: () => ({ pid: 5 }),
      readyInfo: () =>
        ({
          pid: 5,
          api: 'http://127.0.0.1:2',
          provider: tunnel.PROVIDER_BASE_URL,
          sandbox: false,
          audio: { kind: 'tunnel', name, keep: false, links, door: 'http://127.0.0.1:4905' },
        }) as ReadyInfo,
      tryWay: () => Promise.reject(new Error('There is a stack.')),
      fetch: (async (input) =>
        String(input) === `${links}/check` && !isGood
          ? Response.json(refusal, { status: 409 })
          : Response.json({})) as typeof fetch,
    });
    const found = (await examined(running(publicUrl))).of('Audio');
    expect(found).toMatchObject({ result: 'failed', seen: refusal.summary });
    expect((await examined(running(publicUrl, true))).of('Audio')).toMatchObject({
      result: 'ok',
      seen: `A probe came back from ${publicUrl}, which leads to port 4905 of the stack that runs.`,
    });
    expect((await examined(running('s3://mine'))).of('Audio')).toMatchObject({
      result: 'warning',
      seen: `By ${publicUrl}, but the stack that runs has s3://mine.`,
      next: [{ command: 'npx chirpsmith stop' }],
    });
  });

  it.each([
    ['EADDRINUSE', 'It could not be tried: port 4805, to which the tunnel is to lead, is taken.'],
    ['EACCES', 'It could not be tried: port 4805, to which the tunnel is to lead, is not for every user.'],
  ])('says which port it could not listen on: %s', async (code, seen) => {
    const taken = () => Promise.reject(Object.assign(new Error(), { code }));
    const found = (await examined({ env: tunnel, tryWay: taken, port: 4800 })).of('Audio');
    expect(found).toMatchObject({ result: 'warning', seen });
  });
});

describe('a tunnel that is tried without a stack', () => {
  let proxy: Awaited<ReturnType<typeof startReverseProxy>>;
  beforeAll(async () => {
    proxy = await startReverseProxy(publicUrl, { host: 'rewritten' });
  });
  afterAll(() => proxy.close());

  /** Of a server that has ended. */
  const freeAddress = async () => {
    const { url, close } = await listenOnLoopback(createServer(), 0);
    await close();
    return url;
  };
  const tried = (firstPort: number) =>
    tryWay({
      chosen: { kind: 'tunnel', publicUrl },
      env: {},
      home: '/nonexistent',
      provider: 'http://127.0.0.1:9',
      firstPort,
      signal: new AbortController().signal,
      fetch: proxy.fetch,
    });

  it('brings the probe when it leads to the port of the door, and else says where it is to lead', async () => {
    const door = await freeAddress();
    const first = Number(new URL(door).port) - rowOfPorts.indexOf('the public door');
    proxy.lead(door);
    expect(await tried(first)).toBeUndefined();
    expect(proxy.requests.length).toBeGreaterThan(0);
    proxy.instead((_, response) => !!response.writeHead(403).end('no\n'));
    const problem = await tried(first);
    expect(problem?.problems[0]).toMatchObject({ where: '--public-url' });
    expect(problem?.problems[0]?.message).toContain(door);
  });
});
