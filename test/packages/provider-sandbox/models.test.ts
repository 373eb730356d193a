import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createMountSea } from '../../../functions/provider/mountsea.ts';
import { type Clock, virtualClock } from '../../../packages/local-servers/clock.ts';
import { realistic } from '../../../packages/provider-sandbox/realistic.ts';
import { type Sandbox, startSandbox } from '../../../packages/provider-sandbox/sandbox.ts';
import type { SandboxSettingsInput } from '../../../packages/provider-sandbox/settings.ts';
import { startAudioServer } from './audio-server.ts';
import { sampleClient } from './sample-client.ts';

const key = 'k-0123456789';
let audio: Awaited<ReturnType<typeof startAudioServer>>;
let sandbox: Sandbox;
let clock: Clock;
let client: ReturnType<typeof sampleClient>;
beforeEach(async () => {
  audio = await startAudioServer();
});
afterEach(async () => {
  await sandbox.close();
  await audio.close();
});

async function start(settings: SandboxSettingsInput = {}) {
  clock = virtualClock();
  sandbox = await startSandbox({ port: 0, clock, key, seed: 'test', settings });
  client = sampleClient(sandbox.url, key, clock);
}

/** A session whose six clips are there. */
async function sixClips() {
  const sessionId = await client.prepare();
  const upload = () => clock.busy(() => client.upload(sessionId, `${audio.url}/a.wav`));
  const tasks = [];
  for (let n = 0; n < 6; n++) tasks.push(await upload());
  return { sessionId, clipIds: await Promise.all(tasks.map((task) => client.end(task))) };
}

const recordShape = z.looseObject({
  status: z.string(),
  createdAt: z.iso.datetime(),
  finishAt: z.iso.datetime().optional(),
  data: z.looseObject({ id: z.string(), base_model: z.string().optional() }).optional(),
});
async function statusOf(taskId: string) {
  const headers = { authorization: `Bearer ${key}` };
  const answer = await fetch(`${sandbox.url}/suno/v2/status?taskId=${taskId}`, { headers });
  return recordShape.parse(await answer.json());
}
const create = async (session: { sessionId: string; clipIds: string[] }, name: string) => {
  const answer = await fetch(`${sandbox.url}/suno/v2/customModel/create`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({ ...session, name }),
  });
  const { message } = z.looseObject({ message: z.string().optional() }).parse(await answer.json());
  return { status: answer.status, message };
};

describe('a model', () => {
  test('with a longer name than is set is refused at create, nothing is charged, and a shorter one is taken', async () => {
    await start({ models: { longestName: 16 } });
    const session = await sixClips();
    const before = sandbox.credits();
    const refused = { status: 400, message: 'name must have 1 to 16 characters.' };
    expect(await create(session, 'A name of seventeen')).toEqual(refused);
    expect(sandbox.credits()).toBe(before);
    // Characters, as a reader counts them.
    expect(await create(session, '🎵'.repeat(16))).toMatchObject({ status: 201 });
    expect(sandbox.credits()).toBe(before - 100);
  });

  test('names no base, unless one is set; moved to another, every one of them names that', async () => {
    await start();
    const plain = await sixClips();
    await client.create(plain.sessionId, plain.clipIds, 'One');
    await client.end(plain.sessionId);
    expect((await statusOf(plain.sessionId)).data).not.toHaveProperty('base_model');
    sandbox.change({ models: { base: 'v5.5' } });
    const based = await sixClips();
    await client.create(based.sessionId, based.clipIds, 'Two');
    await client.end(based.sessionId);
    sandbox.change({ models: { base: 'v6' } });
    // What it was trained on does not change with what the next one is trained on.
    expect((await statusOf(based.sessionId)).data?.base_model).toBe('v5.5');
    sandbox.change({ models: { movedTo: 'v6' } });
    for (const { sessionId } of [plain, based]) {
      expect((await statusOf(sessionId)).data?.base_model).toBe('v6');
    }
  });

  test('takes a place of its account, and create is refused when all are used', async () => {
    await start({ accounts: 1, modelsPerAccount: 1 });
    const first = await sixClips();
    await client.create(first.sessionId, first.clipIds, 'One');
    await client.end(first.sessionId);
    const second = await sixClips();
    const before = sandbox.credits();
    expect(await create(second, 'Two')).toEqual({
      status: 400,
      message: 'The account of this session holds as many models as it may.',
    });
    expect(sandbox.credits()).toBe(before);
  });
});

describe('the moments of a status', () => {
  test('give the exact length of an upload and of a training: createdAt is there always, finishAt at the end', async () => {
    const upload = { median: 20, spread: 0 };
    await start({ durations: { upload, training: { shortest: 150, longest: 150 } } });
    const { sessionId, clipIds } = await sixClips();
    const opened = await statusOf(sessionId);
    expect(opened).not.toHaveProperty('finishAt');
    await clock.sleep(3600_000);
    await client.create(sessionId, clipIds, 'Night');
    const taken = clock.now();
    const running = await statusOf(sessionId);
    expect(Date.parse(running.createdAt)).toBe(taken);
    expect(running).not.toHaveProperty('finishAt');
    await client.end(sessionId);
    const ended = await statusOf(sessionId);
    expect(Date.parse(ended.finishAt ?? '') - Date.parse(ended.createdAt)).toBe(150_000);
    sandbox.change({ dialect: { createdAtOf: 'session' } });
    expect((await statusOf(sessionId)).createdAt).toBe(opened.createdAt);
  });
});

describe('music with a model of before v6', () => {
  const provider = () => createMountSea({ baseUrl: sandbox.url, key: async () => key });
  const made = async (model: string) => {
    const { taskId } = await provider().generate({ model, prompt: 'rain', tags: '' });
    await clock.sleep(200_000);
    const headers = { authorization: `Bearer ${key}` };
    const answer = await fetch(`${sandbox.url}/suno/v2/status?taskId=${taskId}`, { headers });
    return z.object({ data: z.array(z.looseObject({ model_name: z.string() })) }).parse(await answer.json());
  };

  test('is made, refused, or made with the newest, as it is set; a name that nobody knows is refused', async () => {
    await start();
    expect((await made('chirp-v55')).data[0]?.model_name).toBe('chirp-v55');
    sandbox.change({ models: { retired: 'renamed' } });
    expect((await made('chirp-v55')).data[0]?.model_name).toBe('chirp-hawk');
    sandbox.change({ models: { retired: 'refused' } });
    const before = sandbox.credits();
    await expect(made('chirp-v55')).rejects.toThrow('chirp-v55 is retired');
    await expect(made('chirp-unheard')).rejects.toThrow('unknown model');
    expect(sandbox.credits()).toBe(before);
    expect((await made('chirp-goose')).data[0]?.model_name).toBe('chirp-goose');
  });
});

test('the reported habits have names of 16 characters, no model of before v6, and a base', () => {
  expect(realistic.models).toEqual({ longestName: 16, retired: 'refused', base: 'v6' });
});
