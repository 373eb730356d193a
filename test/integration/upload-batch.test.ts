import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { textFile } from '../../test-support/audio-files/hostile.ts';
import { quick, sharedStack, sinceNow, songs, type TestStack } from '../../test-support/local-stack.ts';

let it_: TestStack;
beforeAll(async () => {
  it_ = await sharedStack();
});
afterEach(() => {
  it_.stack.sandbox?.change({ durations: quick });
  sinceNow(it_).fault();
});

const batch = { kind: 'batch' };

describe('upload-batch', () => {
  it('gives each file the id of its clip, in the order of the files, for the price of the uploads', async () => {
    const { entries, sums } = sinceNow(it_);
    const files = songs(8);
    const session = await it_.run(await it_.upload(files, batch));

    expect(session).toMatchObject({ kind: 'batch', status: 'ready', creditsSpent: 8, creditsToCome: 0 });
    expect(session.tracks.map(({ file }) => file)).toEqual(files.map(({ name }) => name));
    expect(new Set(session.tracks.map(({ clipId }) => clipId)).size).toBe(8);
    expect(session.batch).toMatchObject({
      clips: 8,
      missing: 0,
      list: { listed: 8, notListed: { count: 0 }, notOurs: { count: 0 } },
    });
    expect(sums()).toMatchObject({ calls: { openBatch: 1, addToBatch: 8 }, credits: 8 });
    const uploads = entries().filter(({ call }) => call === 'addToBatch');
    expect(new Set(uploads.map(({ account }) => account)).size).toBe(1);
    expect(session.modelId).toBeUndefined();
  });

  it('goes the way that its picture shows; what becomes of a file is in no history but its own', async () => {
    const session = await it_.run(await it_.upload(songs(2), batch));
    expect(await it_.path(session.executionArn)).toEqual([
      'Prepare batch',
      'Batch prepared?',
      'Upload files',
      'Reconcile clips',
      'Clips reconciled?',
      'Batch ready',
    ]);
    const types = (await it_.history(session.executionArn)).map(({ type }) => type);
    expect(types).toEqual(expect.arrayContaining(['MapRunStarted', 'MapRunSucceeded']));
    expect(it_.notices.join('\n')).toMatch(/Upload files: 2 items, 0 failed, longest history \d+ events/);
  });

  it('of eight with a hostile one among them: seven ids and one reason', async () => {
    const { sums } = sinceNow(it_);
    const files = [...songs(7), { name: 'lyrics.mp3', bytes: textFile() }];
    const session = await it_.run(await it_.upload(files, batch));
    expect(session).toMatchObject({ status: 'ready', batch: { clips: 7, missing: 1 }, actions: ['resume'] });
    expect(session.tracks.filter(({ clipId }) => clipId)).toHaveLength(7);
    expect(session.tracks[7]).toMatchObject({
      status: 'rejected',
      failure: { reason: expect.stringMatching(/\w/) },
    });
    expect(sums().calls.addToBatch).toBe(7);
  });

  it('repeats an upload whose answer was lost once, and reports the clip that then belongs to no file', async () => {
    const { fault, sums } = sinceNow(it_);
    // All equally long: the lists are compared when ours are done, and the lost one must be as well.
    it_.stack.sandbox?.change({ durations: { upload: { spread: 0 } } });
    fault({ kind: 'reset-after', call: 'addToBatch' });
    const session = await it_.run(await it_.upload(songs(3), batch));
    expect(session).toMatchObject({
      status: 'ready',
      batch: { clips: 3, missing: 0, list: { listed: 4, notOurs: { count: 1 } } },
    });
    expect(session.creditsSpent).toBe(4);
    expect(sums()).toMatchObject({ calls: { addToBatch: 4 }, credits: 4 });
  });

  it('goes on with what failed, and sends nothing again that is done', async () => {
    const { fault, sums } = sinceNow(it_);
    fault({ kind: 'task-failed', call: 'addToBatch', reason: 'Internal error.', times: 3 });
    const sessionId = await it_.upload(songs(1), batch);
    const failed = await it_.run(sessionId);
    expect(failed).toMatchObject({ status: 'failed', failure: { error: 'NotEnoughClips' } });
    expect(failed.failure?.reason).toContain('Internal error.');
    expect(await it_.run(sessionId, 'resume')).toMatchObject({ status: 'ready', batch: { clips: 1 } });
    const calls = sums().calls.addToBatch;
    // There is nothing left to do: asked again, it stands as it stands.
    expect(await it_.run(sessionId, 'resume')).toMatchObject({ status: 'ready' });
    expect(sums().calls).toMatchObject({ openBatch: 1, addToBatch: calls });
  });

  it('starts from the console, and a training’s session is none of its business', async () => {
    const sessionId = await it_.upload(songs(2), batch);
    const { batchMachineArn: stateMachineArn } = it_.stack.ready;
    const start = async (input: object) => {
      const command = new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) });
      const { executionArn } = await it_.stepFunctions.send(command);
      return it_.ended(executionArn ?? '');
    };
    const audio = await it_.audioOf(sessionId);
    expect(await start({ name: 'Voices', audio })).toMatchObject({ status: 'SUCCEEDED' });
    expect(await start({ sessionId: await it_.upload(songs(6)) })).toMatchObject({ error: 'NotPossible' });
  });
});
