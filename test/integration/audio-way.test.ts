import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request, type ServerResponse } from 'node:http';
import path from 'node:path';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { nextSteps } from '../../cli/next-steps.ts';
import type { ChosenWay } from '../../local/audio-way/audio-way.ts';
import { virtualClock } from '../../packages/local-servers/clock.ts';
import { listenOnLoopback } from '../../packages/local-servers/loopback.ts';
import { type Sandbox, startSandbox } from '../../packages/provider-sandbox/sandbox.ts';
import { openStack, quick, songs, type TestStack } from '../../test-support/local-stack.ts';
import { startReverseProxy } from '../../test-support/reverse-proxy.ts';

// A provider elsewhere: functions reach it by a name that only a proxy knows, and it reaches nothing on this machine but
// what has the name of the tunnel.

const provider = 'http://provider.example.test';
const publicUrl = 'https://music.example.test/way';
const clock = virtualClock();

let sandbox: Sandbox;
let tunnel: Awaited<ReturnType<typeof startReverseProxy>>;
let proxy: { url: string; close(): Promise<void> };

/** Leads what is asked of the provider's name to where it is; knows no other name. */
async function startProxy(to: () => string) {
  const sendOn = createServer((incoming, outgoing) => {
    const { method, url: path, headers } = incoming;
    // The sandbox answers to names of this machine only.
    const onward = request(to(), { method, path, headers: { ...headers, host: new URL(to()).host } });
    onward.on('response', (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  const server = createServer((_, response) => void response.writeHead(502).end());
  server.on('connect', ({ url }, socket) => {
    if (url !== 'provider.example.test:80') return void socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    sendOn.emit('connection', socket);
  });
  return listenOnLoopback(server, 0);
}

beforeAll(async () => {
  tunnel = await startReverseProxy(publicUrl, { host: 'rewritten', strip: '/way' });
  sandbox = await startSandbox({
    port: 0,
    clock,
    key: 'a-key',
    seed: 'elsewhere',
    settings: { durations: quick, audio: { hosts: ['music.example.test'], redirects: 'refused' } },
    fetch: tunnel.fetch,
  });
  proxy = await startProxy(() => sandbox.url);
  vi.stubEnv('HTTP_PROXY', proxy.url);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await proxy.close();
  await sandbox.close();
  await tunnel.close();
});

async function stackWith(chosen: ChosenWay): Promise<TestStack> {
  return openStack({
    clock,
    provider: { baseUrl: provider, key: 'a-key' },
    audio: {
      chosen,
      fetch: tunnel.fetch,
      lookup: async () => ['203.0.113.9'],
      doorPort: 0,
      pause: async () => {},
    },
  });
}

/** Files of a home in which a signed URL can be read. */
const withSignature = (home: string) =>
  readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.join(parentPath, name))
    .filter((file) => /x-amz-(signature|credential)(=|%3d)/i.test(readFileSync(file, 'latin1')));

describe('a provider that is not on this machine', () => {
  it('costs nothing without a way for the audio, however the session was started', async () => {
    const stack = await stackWith({ kind: 'missing' });
    const sessionId = await stack.upload(songs(6), { rights: true });
    const failed = await stack.run(sessionId);
    expect(failed).toMatchObject({
      status: 'failed',
      creditsSpent: 0,
      failure: { error: 'AudioUnreachable' },
    });
    expect(failed.failure?.reason).toContain('provider.example.test cannot fetch audio from this machine');
    expect(failed.failure?.reason).toMatch(/--public-url: .*\n- --audio-bucket: /);

    const batch = await stack.upload(songs(2), { kind: 'batch', rights: true });
    expect(await stack.run(batch)).toMatchObject({
      status: 'failed',
      failure: { error: 'AudioUnreachable' },
    });

    const { stateMachineArn } = stack.stack.ready;
    const input = { name: 'By hand', audio: await stack.audioOf(sessionId), rights: true };
    const byHand = new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) });
    const { executionArn = '' } = await stack.stepFunctions.send(byHand);
    expect(await stack.ended(executionArn)).toMatchObject({ status: 'FAILED', error: 'AudioUnreachable' });
    expect(sandbox.ledger()).toEqual([]);
    await stack.close();
  }, 60_000);

  describe('and fetches through a tunnel', () => {
    let stack: TestStack;
    let sessionId: string;
    beforeAll(async () => {
      stack = await stackWith({ kind: 'tunnel', publicUrl });
      sessionId = await stack.upload(songs(6), { rights: true });
    });

    it('is asked for nothing when the tunnel leads nowhere', async () => {
      tunnel.lead('http://127.0.0.1:9');
      const failed = await stack.run(sessionId);
      expect(failed).toMatchObject({ status: 'failed', failure: { error: 'AudioUnreachable' } });
      expect(failed.failure?.reason).toContain(
        '--public-url: music.example.test answered 502: "Bad gateway".',
      );
      expect(sandbox.ledger()).toEqual([]);
    });

    it('makes a model of the audio when the tunnel leads to the door that the stack names, by a resume', async () => {
      tunnel.lead(String(stack.stack.ready.audio?.door));
      const ready = await stack.run(sessionId, 'resume');
      expect(ready).toMatchObject({ status: 'ready', modelId: expect.stringMatching(/^chirp-custom:/) });
      const fetched = tunnel.requests.filter((one) => one.includes(`/audio/${sessionId}/`));
      // Each was read back before it was sent, and then fetched by the provider.
      expect(fetched).toHaveLength(12);
    });

    const taken = () => sandbox.ledger().filter(({ call }) => call === 'upload').length;
    const page = (response: ServerResponse) =>
      !!response.writeHead(200, { 'content-type': 'text/html' }).end('<html>You are about to visit</html>');

    /** A session whose audio the tunnel does not hand over twice, each time in another way. */
    let broken: string;

    it('is sent nothing when a page answers in the place of the audio after a good probe', async () => {
      const before = taken();
      broken = await stack.upload(songs(6), { rights: true });
      tunnel.instead(
        (request, response) => request.url?.includes(`/audio/${broken}/`) === true && page(response),
      );
      const failed = await stack.run(broken);
      expect(failed).toMatchObject({
        status: 'failed',
        creditsSpent: 0,
        failure: { error: 'AudioUnreachable' },
      });
      const { reason } = failed.failure ?? {};
      expect(reason).toContain('music.example.test answered with something else (text/html): "<html>');
      expect(taken()).toBe(before);
      tunnel.instead(undefined);
    }, 60_000);

    it('and names the way, not the files, when it breaks after they were handed over; a resume makes the model', async () => {
      const read = new Set<string>();
      tunnel.instead(({ url = '' }, response) => {
        const [path = ''] = url.split('?');
        if (!path.includes(`/audio/${broken}/`)) return false;
        if (read.has(path)) return page(response);
        read.add(path);
        return false;
      });
      const failed = await stack.run(broken, 'resume');
      expect(failed).toMatchObject({ status: 'failed', failure: { error: 'AudioUnreachable' } });
      expect(failed.failure?.reason).toMatch(
        /^The provider said of ".*": Unsupported audio .*\n- --public-url: /,
      );
      const { tracks } = failed;
      expect(tracks.filter(({ status, failure }) => status === 'failed' || failure?.permanent)).toEqual([]);
      const commands = nextSteps(failed).map(({ command = '' }) => command.split(' ')[2]);
      expect(commands).toContain('resume');
      expect(commands).not.toContain('replace');
      tunnel.instead(undefined);
      // The provider was at work on the others, with the page that it got: they fail as well, and are sent again.
      expect(await stack.run(broken, 'resume')).toMatchObject({ status: 'ready' });
    }, 60_000);

    it('and sends a file again for which a page answered for a moment, after it was read back and before anybody looked', async () => {
      const healed = await stack.upload(songs(6), { rights: true });
      const asked = new Map<string, number>();
      tunnel.instead(({ url = '' }, response) => {
        const [path = ''] = url.split('?');
        if (!path.includes(`/audio/${healed}/001`)) return false;
        asked.set(path, (asked.get(path) ?? 0) + 1);
        // The first request is ours, the second is the provider's.
        return asked.get(path) === 2 && page(response);
      });
      const ready = await stack.run(healed);
      expect(ready.status, ready.failure?.reason).toBe('ready');
      expect(ready.tracks[0]).toMatchObject({ status: 'done', attempts: 2 });
      tunnel.instead(undefined);
    }, 60_000);

    it('and no signature is written down', async () => {
      const { executionArn } = await stack.session(sessionId);
      const told = [await stack.session(sessionId), stack.notices, await stack.history(executionArn)];
      expect(JSON.stringify(told)).not.toMatch(/X-Amz-/i);
      await stack.close(true);
      expect(withSignature(stack.home)).toEqual([]);
      rmSync(stack.home, { recursive: true });
    });
  });
});
