import { afterEach, beforeEach, expect, it } from 'vitest';
import { virtualClock } from '../../../packages/local-servers/clock.ts';
import { type Sandbox, startSandbox } from '../../../packages/provider-sandbox/sandbox.ts';
import { startAudioServer } from './audio-server.ts';
import { sampleClient } from './sample-client.ts';

const started = Date.UTC(2026, 0, 1);
let audio: Awaited<ReturnType<typeof startAudioServer>>;
let sandbox: Sandbox | undefined;

beforeEach(async () => {
  audio = await startAudioServer();
});
afterEach(async () => {
  await sandbox?.close();
  await audio.close();
});

async function train(settings: Parameters<typeof startSandbox>[0]['settings'] = {}) {
  const clock = virtualClock(started);
  sandbox = await startSandbox({ port: 0, clock, key: 'k-sample', seed: 'sample', settings });
  const client = sampleClient(sandbox.url, sandbox.key, clock);
  const sessionId = await client.prepare();
  expect((await client.status(sessionId)).status.toLowerCase()).toBe('ready');
  const urls = [1, 2, 3, 4, 5, 6].map((n) => `${audio.url}/${n}.wav?signature=s3cret`);
  const tasks = await clock.busy(() => Promise.all(urls.map((url) => client.upload(sessionId, url))));
  const clips = await Promise.all(tasks.map((taskId) => client.end(taskId)));
  const uploaded = clock.now();
  const taskId = await client.create(sessionId, clips, 'Night Drive');
  expect(taskId).toBe(sessionId);
  const modelId = await client.end(taskId);
  return { sandbox, sessionId, clips, modelId, trained: (clock.now() - uploaded) / 1000 };
}

it("a plain client gets from six files to a model, in the provider's own time", async () => {
  const { sandbox, sessionId, clips, modelId, trained } = await train();
  expect(modelId).toMatch(/^chirp-custom:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(new Set(clips).size).toBe(6);
  expect(audio.requests).toHaveLength(6);
  expect(trained).toBeGreaterThanOrEqual(120);
  expect(trained).toBeLessThanOrEqual(183);

  const ledger = sandbox.ledger();
  expect(ledger.map(({ seq }) => seq)).toEqual(ledger.map((_, index) => index + 1));
  const charged = ledger.filter(({ credits }) => credits > 0);
  expect(charged.map(({ call, credits }) => [call, credits])).toEqual([
    ...Array.from({ length: 6 }, () => ['upload', 1]),
    ['create', 100],
  ]);
  expect(charged.every((entry) => entry.sessionId === sessionId && entry.account)).toBe(true);
  expect(sandbox.credits()).toBe(10_000 - 106);
  expect(JSON.stringify(ledger)).not.toMatch(/s3cret|k-sample/);
});

it('the same seed gives the same ids and times', async () => {
  const first = await train();
  await first.sandbox.close();
  const second = await train();
  expect([second.modelId, second.trained]).toEqual([first.modelId, first.trained]);
});

it.each([
  { status200: true, resultName: 'result' },
  { statusCase: 'upper', resultArray: true },
  { strangePending: true },
] as const)('speaks the dialect %j', async (dialect) => {
  expect((await train({ dialect })).modelId).toMatch(/^chirp-custom:/);
});
