import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Clock, virtualClock } from '../../../packages/local-servers/clock.ts';
import {
  type Sandbox,
  type SandboxOptions,
  startSandbox,
} from '../../../packages/provider-sandbox/sandbox.ts';
import { startAudioServer } from './audio-server.ts';
import { sampleClient } from './sample-client.ts';

const key = 'k-0123456789';
let audio: Awaited<ReturnType<typeof startAudioServer>>;
let sandbox: Sandbox;
let clock: Clock;
let client: ReturnType<typeof sampleClient>;

const start = async (options: Partial<SandboxOptions> = {}) => {
  clock = virtualClock();
  sandbox = await startSandbox({ port: 0, clock, key, seed: 'test', ...options });
  client = sampleClient(sandbox.url, key, clock);
};

beforeEach(async () => {
  audio = await startAudioServer();
});
afterEach(async () => {
  await sandbox.close();
  await audio.close();
});

const send = (path: string, init: RequestInit = {}) =>
  fetch(sandbox.url + path, { headers: { authorization: `Bearer ${key}` }, ...init });
const post = (call: string, body: unknown) =>
  send(`/suno/v2/customModel/${call}`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

const upload = (sessionId: string, path = '/a.wav') =>
  clock.busy(() => client.upload(sessionId, audio.url + path));

async function sixClips() {
  const sessionId = await client.prepare();
  const tasks = [];
  for (let n = 0; n < 6; n++) tasks.push(await upload(sessionId));
  return { sessionId, clipIds: await Promise.all(tasks.map((task) => client.end(task))) };
}

describe('requests that make no sense', () => {
  it.each([
    ['POST', '/suno/v2/customModel/upload', 400, '{"sessionId":'],
    ['POST', '/suno/v2/customModel/upload', 400, '{}'],
    ['POST', '/suno/v2/customModel/upload', 400, '[]'],
    ['POST', '/suno/v2/customModel/upload', 400, '{"sessionId":"unknown","audioUrl":"http://127.0.0.1/x"}'],
    ['POST', '/suno/v2/customModel/upload', 400, '{"sessionId":"unknown","audioUrl":"file:///etc/passwd"}'],
    ['POST', '/suno/v2/customModel/create', 400, '{"sessionId":"unknown","clipIds":[],"name":"n"}'],
    ['POST', '/suno/v2/customModel/create', 413, `"${'x'.repeat(300_000)}"`],
    ['POST', '/suno/v2/customModel/unknown', 404, '{}'],
    ['GET', '/suno/v2/status', 400, undefined],
    ['GET', '/suno/v2/status?taskId=unknown', 404, undefined],
    ['GET', '/', 404, undefined],
    ['GET', '/_sandbox/nothing', 404, undefined],
    ['PUT', '/_sandbox/faults', 400, '{"kind":"unheard of"}'],
    ['PUT', '/_sandbox/settings', 400, '{"typo":1}'],
    ['PUT', '/_sandbox/settings', 400, '{'],
  ])('%s %s: %i (%#)', async (method, path, status, body) => {
    await start();
    const response = await send(path, { method, ...(body === undefined ? {} : { body }) });
    expect(response.status).toBe(status);
    expect(z.object({ message: z.string().min(1) }).safeParse(await response.json()).success).toBe(true);
    expect(sandbox.credits()).toBe(10_000);
  });

  it.each([{}, { authorization: 'Bearer wrong' }, { authorization: key }])(
    'with %j as its key: 401',
    async (headers) => {
      await start();
      expect((await send('/suno/v2/customModel/prepare', { method: 'POST', headers })).status).toBe(401);
      expect(sandbox.ledger()).toMatchObject([{ call: 'prepare', status: 401, taken: false }]);
    },
  );
});

describe('uploads', () => {
  it.each([
    ['/missing', 'Audio source not found.', 4001],
    ['/cut', 'Audio source not found.', 4001],
    ['/empty', 'Audio file is empty.', undefined],
    ['/text', 'Unsupported audio format: the file is not audio.', undefined],
  ])('%s fails: %s', async (path, reason, code) => {
    await start();
    const taskId = await upload(await client.prepare(), path);
    await expect(client.end(taskId)).rejects.toThrow(reason);
    const last = z.object({ failCode: z.number().optional(), finishAt: z.iso.datetime() });
    const record = last.parse(await (await send(`/suno/v2/status?taskId=${taskId}`)).json());
    expect(record.failCode).toBe(code);
  });

  it('take about 20 s, some of them much longer', async () => {
    await start();
    const sessionId = await client.prepare();
    const ends = await Promise.all(
      Array.from({ length: 60 }, async () => {
        const from = clock.now();
        await client.end(await upload(sessionId));
        return (clock.now() - from) / 1000;
      }),
    );
    ends.sort((a, b) => a - b);
    expect(ends[30]).toBeGreaterThan(14);
    expect(ends[30]).toBeLessThan(32);
    expect(ends.at(-1)).toBeGreaterThan(35);
  });
});

describe('create', () => {
  it('refuses too few clips, a clip twice, foreign clips and bad names, and charges nothing', async () => {
    await start();
    const other = await sixClips();
    const { sessionId, clipIds } = await sixClips();
    const before = sandbox.credits();
    for (const [clips, name] of [
      [clipIds.slice(1), 'n'],
      [[...clipIds.slice(1), clipIds[1]], 'n'],
      [[...clipIds.slice(1), other.clipIds[0]], 'n'],
      [clipIds, '  '],
      [clipIds, 'x'.repeat(201)],
    ] as const) {
      expect((await post('create', { sessionId, clipIds: clips, name })).status).toBe(400);
    }
    expect(sandbox.credits()).toBe(before);
    expect((await client.status(sessionId)).status).toBe('ready');
  });

  it('charges a second time when it is called a second time', async () => {
    await start();
    const { sessionId, clipIds } = await sixClips();
    const before = sandbox.credits();
    await client.create(sessionId, clipIds, 'n');
    await client.create(sessionId, clipIds, 'n');
    expect(before - sandbox.credits()).toBe(200);
    expect(sandbox.ledger().filter(({ call }) => call === 'create')).toHaveLength(2);
  });

  it('answers 402 when the credits are gone, and 400 when the account is full', async () => {
    await start({ settings: { credits: 110, accounts: 1, modelsPerAccount: 1 } });
    const { sessionId, clipIds } = await sixClips();
    sandbox.change({ credits: 99 });
    expect((await post('create', { sessionId, clipIds, name: 'n' })).status).toBe(402);
    sandbox.change({ credits: 500 });
    expect((await post('create', { sessionId, clipIds, name: 'n' })).status).toBe(201);
    expect((await post('create', { sessionId, clipIds, name: 'n' })).status).toBe(400);
    expect(sandbox.credits()).toBe(400);
  });
});

describe('what is beside the API', () => {
  it('shows the ledger, narrowed to a session, and the state', async () => {
    await start();
    const { sessionId } = await sixClips();
    await client.prepare();
    const ledger: unknown = await (await send(`/_sandbox/ledger?sessionId=${sessionId}`)).json();
    expect(ledger).toMatchObject({ calls: { prepare: 1, upload: 6 }, charged: 6, left: 9994 });
    const state: unknown = await (await send('/_sandbox/state')).json();
    expect(state).toMatchObject({ credits: 9994, sessions: [{ sessionId, trainings: [] }, {}] });
    expect(JSON.stringify(state)).not.toContain(audio.url);
  });

  it('shows the credits to the key', async () => {
    await start();
    const ask = (headers: Record<string, string>) => send('/api-user/credits', { headers });
    expect(await (await ask({ 'x-api-key': key })).json()).toEqual({ credits: 10_000 });
    expect((await ask({})).status).toBe(401);
  });

  it('takes settings and faults over HTTP', async () => {
    await start();
    const put = (path: string, method: string, body?: object) =>
      send(path, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
    await put('/_sandbox/settings', 'PUT', { credits: 5, dialect: { status200: true } });
    expect(sandbox.credits()).toBe(5);
    expect((await post('prepare', '')).status).toBe(200);
    await put('/_sandbox/faults', 'POST', {
      call: 'prepare',
      kind: 'status',
      status: 429,
      headers: { 'Retry-After': '4' },
    });
    const throttled = await post('prepare', '');
    expect([throttled.status, throttled.headers.get('retry-after')]).toEqual([429, '4']);
    await put('/_sandbox/faults', 'PUT', [{ call: 'prepare', kind: 'status', status: 500 }]);
    await put('/_sandbox/faults', 'DELETE');
    expect((await post('prepare', '')).status).toBe(200);
  });
});
