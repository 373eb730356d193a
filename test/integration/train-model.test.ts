import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SessionAnswer } from '../../functions/api/contract/session.ts';
import { summarize } from '../../packages/provider-sandbox/ledger.ts';
import { textFile } from '../../test-support/audio-files/hostile.ts';
import { sharedStack, sinceNow, songs, type TestStack } from '../../test-support/local-stack.ts';

const modelId = /^chirp-custom:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
let it_: TestStack;
beforeAll(async () => {
  it_ = await sharedStack();
});
afterEach(() => sinceNow(it_).fault());

/** What one test did at the provider, and the faults that it wants. */
const ledger = () => sinceNow(it_);

describe('train-model', () => {
  describe('of eight tracks', () => {
    let session: SessionAnswer;
    let entries: ReturnType<ReturnType<typeof ledger>['entries']>;
    let starts: { status: number }[];
    beforeAll(async () => {
      const since = ledger();
      const sessionId = await it_.upload(songs(8));
      starts = await Promise.all([1, 2, 3].map(() => it_.call('POST', `/sessions/${sessionId}/start`)));
      session = await it_.run(sessionId);
      entries = since.entries();
    });

    it('starts one execution, however often it is asked to', () => {
      expect(starts.map(({ status }) => status).filter((status) => status !== 409)).toContain(202);
      expect(session).toMatchObject({ status: 'ready' });
      expect(summarize(entries).calls).toMatchObject({ prepare: 1, upload: 8, create: 1 });
    });

    it('ends in a model: one prepare, eight uploads, one create', () => {
      expect(session).toMatchObject({
        status: 'ready',
        modelId: expect.stringMatching(modelId),
        creditsSpent: 108,
      });
      expect(session.tracks.map(({ status }) => status)).toEqual(Array(8).fill('done'));
      expect(new Set(session.tracks.map(({ clipId }) => clipId)).size).toBe(8);

      const { calls, credits } = summarize(entries);
      expect(calls).toMatchObject({ prepare: 1, upload: 8, create: 1 });
      expect(credits).toBe(108);
      expect(session.providerCalls).toBe(entries.filter(({ call }) => call !== 'credits').length);
    });

    it('goes the way that its picture shows', async () => {
      const path = await it_.path(session.executionArn);
      const count = (state: string) => path.filter((entered) => entered === state).length;
      // The tracks are in an execution of their own.
      expect(path.slice(0, 7)).toEqual([
        'Prepare session',
        'Session prepared?',
        'Upload tracks',
        'Enough clips?',
        'Review first?',
        'Create model',
        'Wait for training',
      ]);
      expect(path.at(-1)).toBe('Model ready');
      expect(count('Record failure')).toBe(0);
    });

    it('asks for no status sooner than its schedule allows', () => {
      const firstChecks = (call: 'upload' | 'create') =>
        entries
          .filter((entry) => entry.call === call)
          .map(({ taskId, at }) => {
            const asked = entries.find(
              (entry) => entry.call === 'status' && entry.taskId === taskId && entry.at > at,
            );
            return ((asked?.at ?? 0) - at) / 1000;
          });
      // Other tests of the stack may have taught it when this provider is done.
      const { upload = [], training = [] } = session.checkTimes ?? {};
      const earliest = ([first = 0, second = 0]: readonly number[]) =>
        Math.ceil(first - Math.min(0.02 * first, (second - first) / 2));
      expect(earliest(upload)).toBeGreaterThanOrEqual(6);
      expect(earliest(training)).toBeGreaterThanOrEqual(20);
      expect(Math.min(...firstChecks('upload'))).toBeGreaterThanOrEqual(earliest(upload));
      expect(Math.min(...firstChecks('create'))).toBeGreaterThanOrEqual(earliest(training));
    });
  });

  it('starts from the console as well, and says what is wrong with its input', async () => {
    const sessionId = await it_.upload(songs(6));
    const { stateMachineArn } = it_.stack.ready;
    const audio = await it_.audioOf(sessionId);
    const start = async (input: object) => {
      const command = new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) });
      const { executionArn } = await it_.stepFunctions.send(command);
      return it_.ended(executionArn ?? '');
    };
    expect(await start({ name: 'From the console', audio })).toMatchObject({ status: 'SUCCEEDED' });
    expect(await start({ name: '', audio: audio.slice(1), minclips: 6 })).toMatchObject({
      status: 'FAILED',
      error: 'BadInput',
      cause: expect.stringContaining('minclips: is not a field'),
    });
  });
});

describe('bad input', () => {
  it('is refused before anything is spent, every file by its name', async () => {
    const { entries } = ledger();
    const files = [...songs(6), { name: 'lyrics + notes.mp3', bytes: textFile() }];
    const session = await it_.run(await it_.upload(files));
    expect(session).toMatchObject({ status: 'failed', creditsSpent: 0, failure: { error: 'AudioRejected' } });
    expect(session.failure?.reason).toContain('lyrics + notes.mp3');
    expect(entries()).toEqual([]);
  });

  it('is left out when the session allows it, and the same bytes are sent once', async () => {
    const { sums } = ledger();
    const [first] = songs(1);
    const copy = { name: 'copy of 01.mp3', bytes: first?.bytes ?? new Uint8Array() };
    const files = [...songs(7), copy, { name: 'lyrics.mp3', bytes: textFile() }];
    const session = await it_.run(await it_.upload(files, { skipInvalid: true }));
    expect(session.status).toBe('ready');
    expect(session.tracks.slice(6).map(({ status }) => status)).toEqual(['done', 'duplicate', 'rejected']);
    expect(sums().calls).toMatchObject({ upload: 7, create: 1 });
  });

  it('a file that was declared but never sent is named as missing', async () => {
    const files = songs(6);
    const declared = files.map(({ name }, index) => ({ name, size: 10, sha256: `${index}`.repeat(64) }));
    const created = await it_.call('POST', '/sessions', { name: 'Nothing sent', files: declared });
    const { sessionId } = created.body as { sessionId: string };
    const session = await it_.run(sessionId);
    expect(session).toMatchObject({ status: 'failed', failure: { error: 'AudioRejected' } });
    expect(session.tracks.map(({ status }) => status)).toEqual(Array(6).fill('rejected'));
  });
});

describe('a track that fails', () => {
  it('stops the session before create; a resume with fewer clips makes the model of the others, as the failure says', async () => {
    const { fault, sums } = ledger();
    const reason = 'Copyrighted material detected: "Blue Monday".';
    fault({ call: 'upload', kind: 'task-failed', reason });
    const sessionId = await it_.upload(songs(7));
    const stopped = await it_.run(sessionId);
    expect(stopped).toMatchObject({
      status: 'failed',
      failure: { error: 'NotEnoughClips' },
      creditsSpent: 7,
    });
    expect(stopped.failure?.reason).toContain('that have a clip (minClips 6)');
    const session = await it_.run(sessionId, 'resume', { minClips: 6 });
    expect(session).toMatchObject({ status: 'ready', creditsSpent: 107 });
    const failed = session.tracks.filter(({ status }) => status === 'failed');
    expect(failed).toMatchObject([{ attempts: 1, failure: { reason, permanent: true } }]);
    expect(sums().calls).toMatchObject({ upload: 7, create: 1 });
  });
});

// What becomes of every fault at every call is test/simulation/matrix.test.ts; these go through the whole stack.
describe('create is paid once', () => {
  it('when the connection was reset after it was taken: the session goes on by itself', async () => {
    const { fault, sums } = ledger();
    fault({ call: 'create', kind: 'reset-after' });
    const session = await it_.run(await it_.upload(songs(6)));
    expect(session).toMatchObject({ status: 'ready', creditsSpent: 106 });
    expect(sums()).toMatchObject({ calls: { create: 1 }, credits: 106 });
  });

  it('is called again, after a wait, when it was surely not taken', async () => {
    const { fault, entries, sums } = ledger();
    fault({ call: 'create', kind: 'status', status: 429, headers: { 'retry-after': '45' }, times: 2 });
    const session = await it_.run(await it_.upload(songs(6)));
    expect(session.status).toBe('ready');
    expect(sums()).toMatchObject({ calls: { create: 3 }, credits: 106 });
    const creates = entries().filter(({ call }) => call === 'create');
    const gaps = creates.slice(1).map(({ at }, index) => (at - (creates[index]?.at ?? 0)) / 1000);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(45);
  });

  it('is given up after the allowed number of refusals, with nothing spent on it', async () => {
    const { fault, sums } = ledger();
    fault({ call: 'create', kind: 'status', status: 429, times: 50 });
    const session = await it_.run(await it_.upload(songs(6)));
    expect(session).toMatchObject({
      status: 'failed',
      creditsSpent: 6,
      failure: { error: 'ProviderThrottled' },
    });
    expect(sums()).toMatchObject({ calls: { create: 5 }, credits: 6 });
    fault();
  });
});
