import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { textFile } from '../audio-files/hostile.ts';
import { sharedStack, sinceNow, songs, type TestStack } from './local-stack.ts';

let it_: TestStack;
beforeAll(async () => {
  it_ = await sharedStack();
});
afterEach(() => sinceNow(it_).fault());

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
    expect(new Set(entries().map(({ account }) => account)).size).toBe(1);
    expect(session.modelId).toBeUndefined();
  });

  it('goes the way that its picture shows; what becomes of a file is in no history but its own', async () => {
    const session = await it_.run(await it_.upload(songs(2), batch));
    expect(await it_.path(session.executionArn)).toEqual([
      'Prepare batch',
      'Batch prepared?',
      'Upload files',
      'Compare lists',
      'Lists compared?',
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
});
