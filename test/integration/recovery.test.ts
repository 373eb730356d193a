import { DeleteObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { SessionAnswer } from '../../functions/api/contract/session.ts';
import type { FaultInput } from '../../packages/provider-sandbox/sandbox.ts';
import { textFile } from '../../test-support/audio-files/hostile.ts';
import { quick, sharedStack, sinceNow, songs, type TestStack, time } from '../../test-support/local-stack.ts';

let it_: TestStack;
beforeAll(async () => {
  it_ = await sharedStack();
});
afterEach(() => {
  time.goOn();
  sinceNow(it_).fault();
});

/** What one test did at the provider, and the faults that it wants. */
const ledger = () => sinceNow(it_);

/** Long enough for a call that should not be made any more to be seen. */
const aMoment = () => new Promise((resolve) => setTimeout(resolve, 300));
const clipsOf = ({ tracks }: SessionAnswer) =>
  tracks.flatMap(({ status, clipId }) => (status === 'done' ? [clipId] : []));

describe('review', () => {
  it('stops before the 100 credits; an approval goes on, and a second one changes nothing', async () => {
    const { sums } = ledger();
    const sessionId = await it_.upload(songs(6), { review: true });
    const waiting = await it_.run(sessionId);
    expect(waiting).toMatchObject({ status: 'review', actions: ['approve', 'cancel'], creditsToCome: 100 });
    expect((await it_.path(waiting.executionArn)).slice(-2)).toEqual([
      'Review first?',
      'Waiting for approval',
    ]);
    expect(sums().credits).toBe(6);
    expect(sums().calls).not.toHaveProperty('create');

    const ready = await it_.run(sessionId, 'approve');
    expect(ready.status).toBe('ready');
    expect(clipsOf(ready)).toEqual(clipsOf(waiting));
    expect(await it_.act(sessionId, 'approve')).toMatchObject({ executionArn: ready.executionArn });
    expect(sums()).toMatchObject({ calls: { prepare: 1, upload: 6, create: 1 }, credits: 106 });
  });
});

describe('cancel', () => {
  it('in the middle of the uploads calls nothing more; a resume keeps the finished clips', async () => {
    const { calls, sums } = ledger();
    // All tracks are asked for at about the same moment: some are done by then, and some are not.
    const upload = { median: 30, spread: 0.5, shortest: 10, longest: 60 };
    it_.stack.sandbox?.change({ durations: { ...quick, upload } });
    onTestFinished(() => it_.stack.sandbox?.change({ durations: quick }));
    const sessionId = await it_.upload(songs(8));
    const begin = time.now();
    time.stopAfter(0);
    await it_.act(sessionId, 'start');
    // Two seconds at a time, until the first clip is there.
    for (let seconds = 12; clipsOf(await it_.session(sessionId)).length === 0; seconds += 2) {
      time.stopAfter(seconds, begin);
      await aMoment();
    }
    await it_.until(sessionId, ({ tracks }) => tracks.some(({ status }) => status === 'submitted'));
    const cancelled = await it_.act(sessionId, 'cancel');
    expect(cancelled).toMatchObject({ status: 'cancelled', actions: ['resume'] });
    const running = cancelled.tracks.filter(({ status }) => status === 'submitted').length;
    expect(running).toBeGreaterThan(0);
    expect(cancelled.failure?.reason).toContain(`Still running at the provider: ${running} upload`);
    expect(await it_.ended(cancelled.executionArn ?? '')).toMatchObject({ status: 'ABORTED' });

    const before = calls();
    time.goOn();
    await aMoment();
    expect(calls()).toBe(before);

    const ready = await it_.run(sessionId, 'resume');
    expect(ready.status).toBe('ready');
    expect(clipsOf(ready)).toEqual(expect.arrayContaining(clipsOf(cancelled)));
    expect(sums()).toMatchObject({ calls: { prepare: 1, upload: 8, create: 1 }, credits: 108 });
  });

  it('in the middle of the training says what is paid; a resume finds the model without paying again', async () => {
    const { calls, sums } = ledger();
    const sessionId = await it_.upload(songs(6), { review: true });
    await it_.run(sessionId);
    // The shortest training takes 15 seconds, and what the stack has learned may have it checked that early.
    time.stopAfter(10);
    const { executionArn } = await it_.act(sessionId, 'approve');
    await it_.until(sessionId, ({ status }) => status === 'training');
    // Approved once more while its execution runs, it is answered as it is.
    expect(await it_.act(sessionId, 'approve')).toMatchObject({ status: 'training', executionArn });
    const cancelled = await it_.act(sessionId, 'cancel');
    expect(cancelled.failure?.reason).toContain('the training, which is paid');
    expect(await it_.act(sessionId, 'cancel')).toEqual(cancelled);

    const before = calls();
    time.goOn();
    await aMoment();
    expect(calls()).toBe(before);

    expect(await it_.run(sessionId, 'resume')).toMatchObject({ status: 'ready', creditsSpent: 106 });
    expect(sums()).toMatchObject({ calls: { upload: 6, create: 1 }, credits: 106 });
  });
});

describe('a create that stays in doubt', () => {
  const unanswered: FaultInput = { call: 'status', kind: 'status', status: 500, times: 50 };

  /** Comes to the decision: create was taken, its answer is lost, and no status is to be had. */
  async function inDoubt(fault: ReturnType<typeof ledger>['fault']): Promise<string> {
    const sessionId = await it_.upload(songs(6), { review: true });
    await it_.run(sessionId);
    fault({ call: 'create', kind: 'reset-after' }, unanswered);
    const stopped = await it_.run(sessionId, 'approve');
    expect(stopped).toMatchObject({ status: 'needs-decision', actions: ['decide'], creditsSpent: 106 });
    fault();
    return sessionId;
  }

  it('check-again, asked for twice, when the provider knows of a training by now: a model for 100 credits', async () => {
    const { calls, fault, sums } = ledger();
    const sessionId = await inDoubt(fault);
    expect(await it_.session(sessionId)).toMatchObject({ providerCalls: calls() });
    time.stopAfter(0);
    const { executionArn } = await it_.act(sessionId, 'decide', { choice: 'check-again' });
    // Decided while its execution runs, it is answered as it is.
    const again = await it_.act(sessionId, 'decide', { choice: 'check-again' });
    expect(again).toMatchObject({ executionArn, decisions: [{ choice: 'check-again' }] });
    time.goOn();
    await it_.ended(executionArn ?? '');
    expect(await it_.session(sessionId)).toMatchObject({
      status: 'ready',
      creditsSpent: 106,
      decisions: [{ choice: 'check-again', by: 'local' }],
    });
    expect(sums()).toMatchObject({ calls: { create: 1 }, credits: 106 });
  });

  it('create-again buys exactly one more, and the record keeps who said so', async () => {
    const { fault, sums } = ledger();
    const sessionId = await inDoubt(fault);
    const ready = await it_.run(sessionId, 'decide', { choice: 'create-again' });
    expect(ready).toMatchObject({
      status: 'ready',
      creditsSpent: 206,
      decisions: [{ choice: 'create-again', by: 'local', at: expect.any(String) }],
    });
    await it_.act(sessionId, 'decide', { choice: 'create-again' });
    expect(sums()).toMatchObject({ calls: { upload: 6, create: 2 }, credits: 206 });
  });

  it('abandon calls nothing more, and nothing leads back', async () => {
    const { fault, calls } = ledger();
    const sessionId = await inDoubt(fault);
    const before = calls();
    const abandoned = await it_.act(sessionId, 'decide', { choice: 'abandon' });
    expect(abandoned).toMatchObject({ status: 'abandoned', actions: [], decisions: [{ choice: 'abandon' }] });
    for (const action of ['start', 'resume', 'approve', 'cancel']) {
      expect(await it_.call('POST', `/sessions/${sessionId}/${action}`)).toMatchObject({ status: 409 });
    }
    await aMoment();
    expect(calls()).toBe(before);
  });
});

describe('what a person corrects', () => {
  it('the name, after the provider refused it: nothing is uploaded again', async () => {
    const { fault, sums } = ledger();
    fault({ call: 'create', kind: 'status', status: 400, body: { message: 'The name is already in use.' } });
    const sessionId = await it_.upload(songs(6));
    expect(await it_.run(sessionId)).toMatchObject({ status: 'failed', actions: ['resume'] });
    expect(await it_.run(sessionId, 'resume', { name: 'Night Drive II' })).toMatchObject({
      status: 'ready',
      name: 'Night Drive II',
    });
    expect(sums()).toMatchObject({ calls: { prepare: 1, upload: 6, create: 2 }, credits: 106 });
  });

  it('a file that is no audio: the new one is checked and sent, the others are not looked for again', async () => {
    const { sums } = ledger();
    const files = songs(6);
    const [replacement] = songs(7).slice(6);
    const sessionId = await it_.upload([...files.slice(0, 5), { name: 'lyrics.txt', bytes: textFile() }]);
    expect(await it_.run(sessionId)).toMatchObject({ status: 'failed', failure: { error: 'AudioRejected' } });
    expect(sums().credits).toBe(0);

    await it_.replace(sessionId, '006', replacement ?? { name: '', bytes: new Uint8Array() });
    const ready = await it_.run(sessionId, 'resume');
    expect(ready).toMatchObject({ status: 'ready' });
    expect(ready.tracks[5]).toMatchObject({ file: 'song 7.wav', status: 'done' });
    expect(sums()).toMatchObject({ calls: { upload: 6, create: 1 }, credits: 106 });
    expect(
      await it_.call('PUT', `/sessions/${sessionId}/tracks/006`, {
        name: 'x',
        size: 1,
        sha256: 'a'.repeat(64),
      }),
    ).toMatchObject({ status: 409 });
  });
});

describe('many at once', () => {
  it('starts and resumes over HTTP start one execution, and every caller gets it', async () => {
    const { sums } = ledger();
    const sessionId = await it_.upload(songs(6));
    const all = (actions: string[]) =>
      Promise.all(actions.map((action) => it_.call('POST', `/sessions/${sessionId}/${action}`)));
    const begun = await all(['start', 'start', 'resume', 'start', 'resume']);
    expect(begun.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202]);
    const arns = new Set(begun.map(({ body }) => Object(body).executionArn));
    expect(arns.size).toBe(1);
    const [arn] = arns;
    await it_.ended(String(arn));
    expect(await it_.session(sessionId)).toMatchObject({ status: 'ready', executionArn: arn });
    expect(sums().calls).toMatchObject({ prepare: 1, upload: 6, create: 1 });
  });

  it('a start from the console on a session under way is refused, and the run goes on untouched', async () => {
    const { sums } = ledger();
    const sessionId = await it_.upload(songs(6));
    time.stopAfter(5);
    const { executionArn = '' } = await it_.act(sessionId, 'start');
    await it_.until(sessionId, ({ tracks }) => tracks.every(({ status }) => status === 'submitted'));

    const { stateMachineArn } = it_.stack.ready;
    const input = JSON.stringify({ sessionId });
    const second = await it_.stepFunctions.send(new StartExecutionCommand({ stateMachineArn, input }));
    expect(await it_.ended(second.executionArn ?? '')).toMatchObject({
      status: 'FAILED',
      error: 'NotPossible',
      cause: expect.stringContaining(executionArn.split(':').at(-1) ?? '-'),
    });
    expect(await it_.session(sessionId)).toMatchObject({ status: 'uploading', executionArn });

    time.goOn();
    await it_.ended(executionArn);
    expect(await it_.session(sessionId)).toMatchObject({ status: 'ready', executionArn });
    expect(sums().calls).toMatchObject({ prepare: 1, upload: 6, create: 1 });
  });
});

describe('a file that leaves the bucket after its inspection', () => {
  it('is reported before the provider is asked to fetch it; with the file back, a resume continues', async () => {
    const { fault, sums } = ledger();
    const files = songs(6);
    const sessionId = await it_.upload(files);
    fault({ call: 'upload', kind: 'status', status: 402 });
    // The account's trouble ends the run with one track looked at, and not sent.
    expect(await it_.run(sessionId)).toMatchObject({ failure: { error: 'CreditsExhausted' } });
    await it_.idle();
    fault();
    const { tracks } = await it_.session(sessionId);
    const { trackId = '' } = tracks.find(({ status }) => status === 'declared') ?? {};
    const Bucket = it_.stack.ready.bucket;
    const Prefix = `audio/${sessionId}/${trackId}`;
    const { Versions = [] } = await it_.s3.send(new ListObjectVersionsCommand({ Bucket, Prefix }));
    // Two where its name said something else than its content: it was copied then.
    expect(Versions.length).toBeGreaterThan(0);
    for (const { Key, VersionId } of Versions) {
      await it_.s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
    }

    const gone = await it_.run(sessionId, 'resume');
    expect(gone).toMatchObject({ status: 'failed', failure: { error: 'NotEnoughClips' } });
    expect(gone.failure?.reason).toContain('The file is gone from the bucket.');
    // The other five were sent once each, it was not.
    expect(sums().credits).toBe(5);
    expect(gone.tracks.find((track) => track.trackId === trackId)).toMatchObject({ attempts: 0 });

    const file = files[Number(trackId) - 1];
    if (!file) throw new Error('the track has a file');
    await it_.replace(sessionId, trackId, file);
    expect(await it_.run(sessionId, 'resume')).toMatchObject({ status: 'ready', creditsSpent: 106 });
  });
});
