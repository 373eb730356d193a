import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
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
    expect(
      (await examined({ env: tunnel, tryWay: async () => ({ problem: refusal }) })).of('Audio'),
    ).toMatchObject({
      result: 'failed',
      seen: 'Use another address.',
      next: [{ words: `--public-url: ${refusal.summary}` }],
    });
  });

  it('says what a person should know of a bucket that works', async () => {
    const note = 's3.test does not end uploads in parts.';
    const bucket = { ...provider, CHIRPSMITH_AUDIO_BUCKET: 's3://mine' };
    expect((await examined({ env: bucket, tryWay: async () => ({ note }) })).of('Audio')).toMatchObject({
      result: 'warning',
      seen: `A probe came back from s3://mine. ${note}`,
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

  it('asks the stack that runs this way for a fresh probe, and names the one that it does not run', async () => {
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
        String(input) === `${links}/check?fresh` && !isGood
          ? Response.json(refusal, { status: 409 })
          : Response.json({})) as typeof fetch,
    });
    const found = (await examined(running(publicUrl))).of('Audio');
    expect(found).toMatchObject({ result: 'failed', seen: 'Use another address.' });
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

  it('sends no probe where the URL of the provider is none, which is said beside the provider', async () => {
    const env = { ...provider, PROVIDER_BASE_URL: 'nonsense', CHIRPSMITH_AUDIO_BUCKET: 's3://mine' };
    const { of } = await examined({ env, tryWay: async () => ({ problem: refusal }) });
    expect(of('Audio')).toMatchObject({
      result: 'warning',
      seen: 'By s3://mine; not tried, for it is not known where the provider is.',
    });
    expect(of('Provider')).toMatchObject({ result: 'failed' });
  });

  it.each([
    ['EADDRINUSE', 'Port 4805, to which the tunnel is to lead, is taken by node, process 7.'],
    ['EACCES', 'Port 4805, to which the tunnel is to lead, is not for every user.'],
  ])('fails where the port of the door cannot be had, and names a free row: %s', async (code, seen) => {
    const { of, code: exit } = await examined({
      env: tunnel,
      port: 4800,
      tryWay: () => Promise.reject(Object.assign(new Error(), { code })),
      holderOfPort: async () => 'node, process 7',
      portState: async (port) => (port === 4905 ? 'taken' : 'free'),
    });
    expect(of('Audio')).toMatchObject({
      result: 'failed',
      seen,
      next: [
        {
          words: 'On another row, when the tunnel leads to port 5005:',
          command: expect.stringMatching(/npx chirpsmith start --port 5000$/),
        },
      ],
    });
    expect(exit).toBe(1);
  });
});

describe('copies of audio in a bucket', () => {
  const sessionId = '3f0c9a52-6d1e-4b7a-9a35-0c5f2e8d7b41';
  const problem = 'You may not delete there. Allow s3:DeleteObject.';
  const keys = (...names: string[]) =>
    Object.fromEntries(names.map((name) => [name, { size: 1, etag: 'e' }]));
  /** A home with a journal of what is in the bucket. */
  function homeWith(...copies: { sessionId: string; problem?: string; objects: object }[]) {
    const home = mkdtempSync(join(tmpdir(), 'chirpsmith-left-'));
    onTestFinished(() => rmSync(home, { recursive: true, force: true }));
    mkdirSync(join(home, 'audio-way'));
    for (const copy of copies) {
      const file = { at: 'https://s3.test/mine', name: 's3://mine/chirpsmith', ...copy };
      writeFileSync(join(home, 'audio-way', `${copy.sessionId}.json`), JSON.stringify(file));
    }
    return { CHIRPSMITH_HOME: home };
  }

  it('that could not be deleted are counted in the line about the audio, with why and a command for each session', async () => {
    const other = 'a0000000-6d1e-4b7a-9a35-0c5f2e8d7b41';
    const left = homeWith(
      { sessionId, problem, objects: keys('a.wav', 'b.wav') },
      { sessionId: other, problem, objects: keys('c.wav') },
    );
    const { of, code } = await examined({ env: left });
    const command = (id: string) =>
      `CHIRPSMITH_AUDIO_BUCKET=s3://mine/chirpsmith npx chirpsmith delete ${id} --copies`;
    expect(of('Audio')).toMatchObject({
      result: 'warning',
      seen: `The sandbox fetches it here. 3 copies of audio could not be deleted from s3://mine/chirpsmith: ${problem}`,
      next: [sessionId, other].map((id) => ({
        words: 'To delete the copies of a session:',
        command: expect.stringContaining(command(id)),
      })),
    });
    expect(code).toBe(0);
    // A line that has failed stays so, and keeps its own advice.
    const missing = (await examined({ env: { ...provider, ...left } })).of('Audio');
    expect(missing?.result).toBe('failed');
    expect(missing?.next[0]?.words).toContain('--public-url');
    expect(missing?.next.at(-1)?.command).toContain(command(other));
  });

  it('that a session still needs are not mentioned', async () => {
    const { of } = await examined({ env: homeWith({ sessionId, objects: keys('a.wav') }) });
    expect(of('Audio')).toMatchObject({ result: 'ok', seen: 'The sandbox fetches it here.', next: [] });
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
    expect(await tried(first)).toEqual({ problem: undefined, note: undefined });
    expect(proxy.requests.length).toBeGreaterThan(0);
    proxy.instead((_, response) => !!response.writeHead(403).end('no\n'));
    const { problem } = await tried(first);
    expect(problem?.problems[0]).toMatchObject({ where: '--public-url' });
    expect(problem?.problems[0]?.message).toContain(door);
  });
});
