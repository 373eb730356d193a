import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMountSea } from '../../../functions/provider/mountsea.ts';
import type { Provider } from '../../../functions/provider/provider.ts';
import { type Clock, virtualClock } from '../../../packages/local-servers/clock.ts';
import { type Sandbox, startSandbox } from '../../../packages/provider-sandbox/sandbox.ts';
import { startAudioServer } from './audio-server.ts';

const key = 'k-0123456789';
let audio: Awaited<ReturnType<typeof startAudioServer>>;
let sandbox: Sandbox;
let clock: Clock;
let provider: Provider;

beforeEach(async () => {
  audio = await startAudioServer();
  clock = virtualClock();
  sandbox = await startSandbox({ port: 0, clock, key, seed: 'test' });
  provider = createMountSea({ baseUrl: sandbox.url, key: async () => key });
});
afterEach(async () => {
  await sandbox.close();
  await audio.close();
});

const add = (sessionId: string) =>
  clock.busy(() => provider.addToBatch({ sessionId, audioUrl: `${audio.url}/a.wav` }));

/** The clip, when it is there. */
async function clipOf(taskId: string): Promise<string> {
  for (;;) {
    const { clipId } = await provider.status(taskId, 'upload');
    if (clipId !== undefined) return clipId;
    await clock.sleep(1000);
  }
}

describe('a batch session', () => {
  it('is a success at once, without clips, and lists them in the order in which they are done', async () => {
    const { sessionId } = await provider.openBatch();
    expect(await provider.status(sessionId, 'batch')).toMatchObject({ phase: 'succeeded', audioIds: [] });
    const tasks = [];
    for (let n = 0; n < 4; n++) tasks.push((await add(sessionId)).taskId);
    const done: string[] = [];
    await Promise.all(tasks.map(async (task) => done.push(await clipOf(task))));
    expect((await provider.status(sessionId, 'batch')).audioIds).toEqual(done);
  });

  it('does not list what failed, charges as an upload does, and keeps to one account', async () => {
    const { sessionId } = await provider.openBatch();
    sandbox.setFaults([{ kind: 'task-failed', call: 'addToBatch', reason: 'Copyright.' }]);
    const failed = await add(sessionId);
    const clip = await clipOf((await add(sessionId)).taskId);
    expect((await provider.status(sessionId, 'batch')).audioIds).toEqual([clip]);
    await clock.sleep(300_000);
    expect(await provider.status(failed.taskId, 'upload')).toMatchObject({
      phase: 'failed',
      failReason: 'Copyright.',
    });
    const entries = sandbox.ledger();
    expect(entries.filter(({ call }) => call === 'addToBatch').map(({ credits }) => credits)).toEqual([1, 1]);
    expect(new Set(entries.map(({ account }) => account)).size).toBe(1);
  });

  it('is not for a training, nor a training’s session for it', async () => {
    const { sessionId } = await provider.openBatch();
    const audioUrl = `${audio.url}/a.wav`;
    await expect(provider.upload({ sessionId, audioUrl })).rejects.toMatchObject({ status: 400 });
    const training = await provider.prepare();
    await expect(add(training.sessionId)).rejects.toMatchObject({ status: 400 });
  });
});
