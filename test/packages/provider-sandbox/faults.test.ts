import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMountSea } from '../../../functions/provider/mountsea.ts';
import { type Provider, ProviderError } from '../../../functions/provider/provider.ts';
import { virtualClock } from '../../../packages/local-servers/clock.ts';
import { type FaultInput, type Sandbox, startSandbox } from '../../../packages/provider-sandbox/sandbox.ts';
import { startAudioServer } from './audio-server.ts';

const clock = virtualClock();
let audio: Awaited<ReturnType<typeof startAudioServer>>;
let sandbox: Sandbox;
let provider: Provider;

beforeEach(async () => {
  audio = await startAudioServer();
  sandbox = await startSandbox({ port: 0, clock, key: 'k', seed: 'faults' });
  provider = createMountSea({ baseUrl: sandbox.url, key: async () => 'k' });
});
afterEach(async () => {
  await sandbox.close();
  await audio.close();
});

const audioUrl = () => `${audio.url}/a.wav`;
const seconds = (n: number) => clock.sleep(n * 1000);

/** Uploads one track and waits until its download is on record. */
async function uploaded(sessionId: string) {
  const task = await provider.upload({ sessionId, audioUrl: audioUrl() });
  await seconds(300);
  return provider.status(task.taskId, 'upload');
}

async function sixClips() {
  const { sessionId } = await provider.prepare();
  const clipIds: string[] = [];
  for (let n = 0; n < 6; n++) clipIds.push((await uploaded(sessionId)).clipId ?? '');
  return { sessionId, clipIds };
}

describe('what our client makes of a create that goes wrong, and whether it was taken', () => {
  type Row = [
    Omit<Extract<FaultInput, { kind: 'status' }>, 'call'> | object,
    string,
    'no' | 'unknown',
    boolean,
  ];
  it.each<Row>([
    [{ kind: 'status', status: 429 }, 'ProviderThrottled', 'no', false],
    [{ kind: 'status', status: 400 }, 'ProviderRefused', 'no', false],
    [{ kind: 'status', status: 401 }, 'ProviderAuth', 'no', false],
    [{ kind: 'status', status: 402 }, 'CreditsExhausted', 'no', false],
    [{ kind: 'status', status: 409 }, 'ProviderAnswerLost', 'unknown', false],
    [{ kind: 'status', status: 421 }, 'ProviderRefused', 'no', false],
    [{ kind: 'status', status: 503 }, 'ProviderAnswerLost', 'unknown', false],
    [{ kind: 'status', status: 502, taken: true }, 'ProviderAnswerLost', 'unknown', true],
    [{ kind: 'status', status: 307, headers: { Location: '/' } }, 'ProviderAnswerLost', 'unknown', false],
    [{ kind: 'reset-before' }, 'ProviderAnswerLost', 'unknown', false],
    [{ kind: 'reset-after' }, 'ProviderAnswerLost', 'unknown', true],
    [{ kind: 'timeout-before' }, 'ProviderAnswerLost', 'unknown', false],
    [{ kind: 'timeout-after' }, 'ProviderAnswerLost', 'unknown', true],
    [{ kind: 'body', body: '{"taskId":' }, 'ProviderAnswerLost', 'unknown', true],
    [{ kind: 'body', body: '' }, 'ProviderAnswerLost', 'unknown', true],
    [{ kind: 'body', bytes: 3_000_000 }, 'ProviderAnswerLost', 'unknown', true],
    [{ kind: 'other-task-id' }, 'ProviderAnswerLost', 'unknown', true],
  ])('%j: %s, taken: %s', async (fault, name, taken, really) => {
    const { sessionId, clipIds } = await sixClips();
    const before = sandbox.credits();
    await put([{ call: 'create', ...fault }]);
    // Only the calls that hang may be cut off early, or a busy machine would fail the others.
    const timeoutMs = JSON.stringify(fault).includes('timeout') ? 150 : 15_000;
    const caller = createMountSea({ baseUrl: sandbox.url, key: async () => 'k', timeoutMs });
    const error: unknown = await caller.create({ sessionId, clipIds, name: 'n' }).catch((it) => it);
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ name, taken, call: 'create' });
    // Once and no more, and the ledger knows what the client cannot.
    expect(sandbox.ledger().filter(({ call }) => call === 'create')).toMatchObject([
      { taken: really, sessionId },
    ]);
    expect(before - sandbox.credits()).toBe(really ? 100 : 0);
    // The session's status shows it, as documented.
    expect((await provider.status(sessionId, 'training')).status === 'ready').toBe(!really);
  });

  it('no connection: surely not taken', async () => {
    await sandbox.close();
    const error: unknown = await provider
      .create({ sessionId: 's', clipIds: [], name: 'n' })
      .catch((it) => it);
    expect(error).toMatchObject({ name: 'ProviderUnreachable', taken: 'no' });
  });
});

async function put(faults: object[]) {
  const response = await fetch(`${sandbox.url}/_sandbox/faults`, {
    method: 'PUT',
    body: JSON.stringify(faults),
  });
  expect(response.status).toBe(200);
}

describe('faults of a task', () => {
  it.each([
    [
      { kind: 'task-failed', reason: 'Copyright.', code: 9 },
      { phase: 'failed', failReason: 'Copyright.', failCode: 9 },
    ],
    [{ kind: 'task-failed' }, { phase: 'failed' }],
    [{ kind: 'task-timeout' }, { phase: 'timed-out' }],
    [{ kind: 'never-ends' }, { phase: 'pending' }],
    [{ kind: 'success-without-id' }, { phase: 'succeeded' }],
  ] as const)('%j', async (fault, expected) => {
    const { sessionId } = await provider.prepare();
    sandbox.fault({ call: 'upload', ...fault });
    const status = await uploaded(sessionId);
    const { kind: _kind, taskId: _, status: _word, provider: _when, tookSeconds: _took, ...rest } = status;
    expect(rest).toEqual(expected);
  });

  it('a status that goes back ends all the same', async () => {
    const { sessionId } = await provider.prepare();
    sandbox.fault({ call: 'upload', kind: 'backwards' });
    const { taskId } = await provider.upload({ sessionId, audioUrl: audioUrl() });
    const words: string[] = [];
    for (let n = 0; n < 400 && words.at(-1) !== 'success'; n++) {
      const { status } = await provider.status(taskId, 'upload');
      if (status !== words.at(-1)) words.push(status);
      await seconds(0.5);
    }
    expect(words).toEqual(['queued', 'running', 'queued', 'running', 'queued', 'success']);
  });

  it('a training that failed leaves the session open for another create', async () => {
    const { sessionId, clipIds } = await sixClips();
    sandbox.fault({ call: 'create', kind: 'task-failed', reason: 'No.' });
    await provider.create({ sessionId, clipIds, name: 'n' });
    await seconds(300);
    expect(await provider.status(sessionId, 'training')).toMatchObject({
      phase: 'failed',
      failReason: 'No.',
    });
    await provider.create({ sessionId, clipIds, name: 'n' });
    await seconds(300);
    expect((await provider.status(sessionId, 'training')).modelId).toMatch(/^chirp-custom:/);
  });

  it('come after the calls that they let pass, as often as they say', async () => {
    sandbox.setFaults([{ call: 'prepare', kind: 'status', status: 429, after: 1, times: 2 }]);
    const outcomes = [];
    for (let n = 0; n < 4; n++)
      outcomes.push(
        await provider.prepare().then(
          () => 'ok',
          () => 'fault',
        ),
      );
    expect(outcomes).toEqual(['ok', 'fault', 'fault', 'ok']);
  });
});
