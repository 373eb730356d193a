import { beforeAll, describe, expect, it } from 'vitest';
import type { Session, Track } from '../../../functions/domain/session.ts';
import type { Provider } from '../../../functions/provider/provider.ts';
import { ChirpsmithError } from '../../../functions/shared/errors.ts';
import { mostEmptySuccesses, type UploadState } from '../../../functions/shared/state-contracts.ts';
import { checkUpload } from '../../../functions/workflow/check-upload/check-upload.ts';
import { inspectFile } from '../../../functions/workflow/inspect-file/inspect-file.ts';
import { submitUpload } from '../../../functions/workflow/submit-upload/submit-upload.ts';
import { openTable, recordSession, settings, testMoment } from '../../../test-support/session-records.ts';
import { providerError, reachesAudio, scriptedProvider, statusOf } from '../../scripted-provider.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});

const now = () => testMoment;
const nobody = scriptedProvider({}).provider;
const told = (...status: (ReturnType<typeof statusOf> | Error)[]) => scriptedProvider({ status }).provider;
const position: Omit<UploadState, 'sessionId' | 'trackId'> = {
  ...{ wait: 0, waited: 0, total: 0, checks: 0, refusals: 0 },
  verdict: 'waiting',
};

/** A session of one track. */
async function record(sessionId: string, track: Partial<Track>, session: Partial<Session> = {}) {
  const more = { status: 'uploading', providerSessionId: `p-${sessionId}`, runs: 1, ...session } as const;
  await recordSession(table.store, { sessionId, count: 1, session: more, track: () => track });
  return { sessionId, trackId: '001' };
}
const depsWith = (provider: Provider) => ({
  ...{ store: table.store, provider, settings, now },
  downloads: { get: async () => 'https://bucket.example/signed' },
  find: async <T>(source: T) => source,
  audioWay: reachesAudio,
  random: () => 0.5,
});
const trackOf = (sessionId: string) => table.store.requireTrack(sessionId, '001');
const submitted = { status: 'submitted', taskId: 'task', attempts: 1, calls: 1 } as const;

describe('Submit upload', () => {
  const submit = async (
    ids: { sessionId: string; trackId: string },
    script: Parameters<typeof scriptedProvider>[0] = {},
    state: Partial<UploadState> = {},
  ) => submitUpload({ ...ids, ...state }, depsWith(scriptedProvider(script).provider));

  it('keeps the time, the checks and the pace of the loop', async () => {
    const ids = await record('keeps', {});
    const before = { total: 70, checks: 4, refusals: 2, pace: 2 };
    expect(await submit(ids, { upload: [{ taskId: 't' }] }, before)).toEqual({
      ...{ ...ids, wait: 22, waited: 0, total: 70, checks: 4, refusals: 0, pace: 2 },
      verdict: 'waiting',
    });
  });

  it.each(['failed', 'rejected', 'duplicate'] as const)(
    'sends nothing for a track that is %s',
    async (status) => {
      expect(await submit(await record(`is-${status}`, { status }))).toMatchObject({
        verdict: 'failed',
        wait: 0,
      });
    },
  );

  it('hands over the URL of a track from elsewhere as it is', async () => {
    const url = 'https://elsewhere.example/song.mp3';
    const ids = await record('elsewhere', { source: { url } });
    const { provider, calls } = scriptedProvider({ upload: [{ taskId: 't' }] });
    const find = () => Promise.reject(new Error('nobody looks into the bucket'));
    await submitUpload(ids, { ...depsWith(provider), find });
    expect(calls[0]?.request).toMatchObject({ audioUrl: url });
  });

  it('forgets an earlier failure once the track is taken, and writes down when that was', async () => {
    const failure = { error: 'ProviderRefused', reason: 'Busy.', at: testMoment } as const;
    await submit(await record('taken', { failure }), { upload: [{ taskId: 't' }] });
    const track = await trackOf('taken');
    expect(track).toMatchObject({ status: 'submitted', submittedAt: testMoment });
    expect(track).not.toHaveProperty('failure');
  });

  it('after a second lost response says how it was lost, and that the track may be there', async () => {
    const lost = providerError('ProviderAnswerLost', 'unknown');
    const ids = await record('lost', { lostAnswers: 1 });
    expect(await submit(ids, { upload: [lost] })).toMatchObject({ verdict: 'failed', wait: 0 });
    const said = (how: string) =>
      `The answer to the upload was lost more than once, at last so: ${how}. The provider may have the track or not.`;
    expect(await trackOf('lost')).toMatchObject({
      lostAnswers: 2,
      failure: { reason: said('ProviderAnswerLost in a test') },
    });
    const cut = await record('cut', { status: 'submitting', attempts: 1, lostAnswers: 1 });
    expect(await submit(cut)).toMatchObject({ verdict: 'failed', wait: 0 });
    expect(await trackOf('cut')).toMatchObject({
      lostAnswers: 2,
      failure: { reason: said('the step was cut off') },
    });
  });

  it('after a first lost response waits as long as the provider asks', async () => {
    const lost = providerError('ProviderAnswerLost', 'unknown', { retryAfter: 44 });
    expect(await submit(await record('first', {}), { upload: [lost] })).toMatchObject({
      verdict: 'waiting',
      wait: 44,
    });
  });

  it('whose attempts are used fails with the last reason, or says that they are used', async () => {
    const used = { attempts: 3, attemptsAllowed: 3 };
    const failure = { error: 'ProviderRefused', reason: 'Audio source not found.', at: testMoment } as const;
    await submit(await record('used', { ...used, failure }));
    expect(await trackOf('used')).toMatchObject({ status: 'failed', failure: { reason: failure.reason } });
    await submit(await record('used-up', used));
    expect(await trackOf('used-up')).toMatchObject({
      status: 'failed',
      failure: { error: 'ProviderRefused', reason: 'All attempts to upload this track are used.' },
    });
  });

  it('sends nothing for a session that was cancelled, and names its status', async () => {
    const ids = await record('cancelled', {}, { status: 'cancelled' });
    await expect(submit(ids)).rejects.toMatchObject({
      name: 'NotPossible',
      message: 'Session cancelled is "cancelled": nothing is sent.',
    });
  });

  it('sends nothing without a session at the provider', async () => {
    await recordSession(table.store, { sessionId: 'unopened', count: 1, session: { status: 'uploading' } });
    await expect(submit({ sessionId: 'unopened', trackId: '001' })).rejects.toMatchObject({
      name: 'Unexpected',
      message: 'Session unopened has no provider session yet.',
    });
  });

  it('leaves the track as sent after an unexpected error', async () => {
    await expect(submit(await record('bug', {}), { upload: [new TypeError('a bug')] })).rejects.toThrow(
      'a bug',
    );
    expect(await trackOf('bug')).toMatchObject({ status: 'submitting', attempts: 1 });
  });

  it('waits as long as an unreachable provider asks', async () => {
    const away = providerError('ProviderUnreachable', 'no', { retryAfter: 90 });
    expect(await submit(await record('away', {}), { upload: [away] })).toMatchObject({
      wait: 90,
      refusals: 1,
    });
  });

  it('keeps a refusal that waiting may mend apart from one for good', async () => {
    const refusal = providerError('ProviderRefused', 'no');
    await submit(await record('refused', {}), { upload: [refusal] });
    const { failure } = await trackOf('refused');
    expect(failure).toMatchObject({ error: 'ProviderRefused', reason: 'ProviderRefused in a test' });
    expect(failure).not.toHaveProperty('permanent');
  });

  it('writes down what is held against the account once, by the first track that hears it', async () => {
    const refused = () => ({ upload: [providerError('CreditsExhausted', 'no', { reason: 'Pay first.' })] });
    const ids = await record('account', {}, { runs: 2 });
    await expect(submit(ids, refused())).rejects.toThrow(
      'The provider refused an upload because of the account: Pay first.',
    );
    const { stopped } = await table.store.requireSession('account');
    expect(stopped).toEqual({
      ...{ error: 'CreditsExhausted', at: testMoment, run: 2 },
      reason: 'The provider refused an upload because of the account: Pay first.',
    });
  });

  /** What a session holds after it was changed while the provider was refusing an upload of its first run. */
  const stoppedAfter = async (sessionId: string, meanwhile: Partial<Session>) => {
    const ids = await record(sessionId, {}, { runs: 1 });
    const { provider } = scriptedProvider({});
    const upload = async () => {
      await table.store.changeSession(sessionId, () => meanwhile);
      throw providerError('ProviderAuth', 'no', { reason: 'Wrong key.' });
    };
    await expect(submitUpload(ids, depsWith({ ...provider, upload }))).rejects.toThrow('Wrong key.');
    return (await table.store.requireSession(sessionId)).stopped;
  };

  it('does not stop the next run for what is held against the account in an earlier one', async () => {
    expect(await stoppedAfter('stopped-next-run', { runs: 2 })).toBeUndefined();
  });

  it('keeps the reason that another track has recorded in this run', async () => {
    const first = { error: 'CreditsExhausted', reason: 'Pay first.', at: testMoment, run: 1 } as const;
    expect(await stoppedAfter('stopped-second', { stopped: first })).toEqual(first);
  });

  it('replaces the reason of an earlier run', async () => {
    const earlier = { error: 'CreditsExhausted', reason: 'Pay first.', at: testMoment, run: 0 } as const;
    expect(await stoppedAfter('stopped-earlier', { stopped: earlier })).toMatchObject({
      error: 'ProviderAuth',
      run: 1,
    });
  });
});

describe('Check upload', () => {
  const check = (
    ids: { sessionId: string; trackId: string },
    provider: Provider = nobody,
    state: Partial<UploadState> = {},
  ) => checkUpload({ ...ids, ...position, ...state }, depsWith(provider));
  const { deadline } = settings.schedules.upload;

  it.each(['declared', 'submitted'] as const)(
    'past the deadline fails a track that is %s without a task',
    async (status) => {
      const ids = await record(`no-task-${status}`, { status, attempts: 1 });
      expect(await check(ids, nobody, { total: deadline })).toMatchObject({ verdict: 'failed' });
      expect(await trackOf(ids.sessionId)).toMatchObject({ failure: { error: 'DeadlineExceeded' } });
    },
  );

  it('of a track that is declared again does not ask about its former task', async () => {
    const ids = await record('former-task', { ...submitted, status: 'declared' });
    expect(await check(ids, nobody)).toMatchObject({ verdict: 'again' });
  });

  it.each([
    ['done', 'done'],
    ['failed', 'failed'],
    ['rejected', 'failed'],
    ['duplicate', 'failed'],
  ] as const)('of a track that is %s asks nobody', async (status, verdict) => {
    const ids = await record(`over-${status}`, { ...submitted, status });
    expect(await check(ids, nobody, { wait: 6, waited: 12, checks: 2 })).toMatchObject({
      ...{ verdict, wait: 0, waited: 18, checks: 2 },
    });
  });

  it('of a track that is not taken submits again until the deadline, and then says how long it was', async () => {
    const ids = await record('not-taken', { calls: 3 });
    const before = { total: deadline - 10, wait: 9, checks: 2 };
    expect(await check(ids, nobody, before)).toMatchObject({ verdict: 'again', wait: 0, checks: 2 });
    expect(await check(ids, nobody, { ...before, wait: 10 })).toMatchObject({ verdict: 'failed', wait: 0 });
    expect(await trackOf('not-taken')).toMatchObject({
      ...{ status: 'failed', calls: 5, finishedAt: testMoment },
      failure: {
        error: 'DeadlineExceeded',
        reason: `The provider did not take the track within ${deadline} s.`,
      },
    });
  });

  it('of a track whose step was cut off in the call submits again', async () => {
    expect(await check(await record('submitting', { status: 'submitting' }))).toMatchObject({
      verdict: 'again',
    });
  });

  it('at the deadline says what it knows last', async () => {
    const late = { total: deadline, checks: 1 };
    const said = async (sessionId: string, provider: Provider) => {
      await check(await record(sessionId, submitted), provider, late);
      const { failure, calls } = await trackOf(sessionId);
      expect(calls).toBe(3);
      return failure?.reason;
    };
    const start = `The provider was not done with the track after ${deadline} s`;
    expect(await said('slow', told(statusOf('queued')))).toBe(`${start} (its last status was "queued").`);
    const away = told(providerError('ProviderUnreachable', 'no'));
    expect(await said('mute', away)).toBe(`${start} (ProviderUnreachable in a test).`);
  });

  it('writes down when it was done, and forgets an earlier failure', async () => {
    const failure = { error: 'ProviderRefused', reason: 'Busy.', at: testMoment } as const;
    const ids = await record('done', { ...submitted, failure });
    expect(await check(ids, told(statusOf('success', { clipId: 'clip' })))).toMatchObject({
      wait: 0,
      checks: 0,
    });
    const track = await trackOf('done');
    expect(track.finishedAt).toBe(testMoment);
    expect(track).not.toHaveProperty('failure');
  });

  it('asks for as long as the task is running, and counts the checks that held nothing', async () => {
    const ids = await record('long', submitted);
    const running = Array.from({ length: 2 * mostEmptySuccesses }, () => statusOf('running'));
    const provider = told(...running, statusOf('success'));
    let state: UploadState = { ...ids, ...position };
    for (let checks = 1; checks <= 2 * mostEmptySuccesses; checks++) {
      state = await checkUpload(state, depsWith(provider));
      expect(state).toMatchObject({ verdict: 'waiting', checks });
    }
    expect(await checkUpload(state, depsWith(provider))).toMatchObject({
      verdict: 'waiting',
      emptySuccesses: 1,
    });
  });

  it('of a task without a result ends with the calls that were made', async () => {
    const ids = await record('empty', submitted);
    const state = { emptySuccesses: mostEmptySuccesses - 1, checks: 6 };
    expect(await check(ids, told(statusOf('success')), state)).toMatchObject({ verdict: 'failed', wait: 0 });
    expect(await trackOf('empty')).toMatchObject({ calls: 8, finishedAt: testMoment });
  });

  it('of a failure without words says how the provider ended it, and begins anew without its task', async () => {
    const ids = await record('wordless', { ...submitted, attemptsAllowed: 2 });
    const ended = told(statusOf('timeout'));
    expect(await check(ids, ended, { checks: 1 })).toMatchObject({ verdict: 'again', wait: 0, checks: 0 });
    const track = await trackOf('wordless');
    expect(track).toMatchObject({
      ...{ status: 'declared', calls: 3 },
      failure: {
        error: 'ProviderRefused',
        reason: 'The provider ended the upload as "timeout" and gave no reason.',
      },
    });
    expect(track).not.toHaveProperty('taskId');
    expect(track).not.toHaveProperty('finishedAt');
  });

  it('does not submit again after the deadline', async () => {
    const ids = await record('too-late', { ...submitted, attemptsAllowed: 2 });
    const failed = told(statusOf('failed', { failReason: 'Busy.' }));
    expect(await check(ids, failed, { total: deadline })).toMatchObject({ verdict: 'failed', wait: 0 });
    expect(await trackOf('too-late')).toMatchObject({ status: 'failed', failure: { reason: 'Busy.' } });
  });

  it('slows down for a provider that is busy, and for nothing else', async () => {
    const away = await record('pace-away', submitted);
    expect(await check(away, told(providerError('ProviderUnreachable', 'no')))).toMatchObject({ pace: 1 });
    const busy = providerError('ProviderThrottled', 'no', { retryAfter: 99.5 });
    expect(await check(await record('pace-busy', submitted), told(busy))).toMatchObject({
      pace: 2,
      wait: 100,
    });
  });

  it('lets an error out that is no response of the provider', async () => {
    const denied = new ChirpsmithError('AccessDenied', 'may not read the secret');
    await expect(check(await record('key', submitted), told(denied))).rejects.toBe(denied);
    expect(await trackOf('key')).toMatchObject({ status: 'submitted' });
  });
});

describe('Inspect file', () => {
  const inspect = (sessionId: string) =>
    inspectFile(
      { sessionId, trackId: '001' },
      {
        ...{ store: table.store, settings, now },
        inspect: () => Promise.reject(new Error('nobody looks')),
        hash: () => Promise.reject(new Error('nobody reads')),
        copy: () => Promise.reject(new Error('nobody copies')),
      },
    );

  it('names the status of a stopped session', async () => {
    await record('stopped', {}, { kind: 'batch', status: 'cancelled' });
    await expect(inspect('stopped')).rejects.toThrow('Session stopped is "cancelled": nothing is sent.');
  });

  it('says what stopped this run, and looks again in the next', async () => {
    const stopped = { error: 'ProviderAuth', reason: 'No key.', at: testMoment, run: 1 } as const;
    await record('this-run', {}, { kind: 'batch', stopped });
    await expect(inspect('this-run')).rejects.toThrow('No key.');
    await record('next-run', {}, { kind: 'batch', runs: 2, stopped });
    await expect(inspect('next-run')).rejects.toThrow('nobody looks');
  });

  it('looks at no file twice', async () => {
    const source = { bucket: 'audio', key: 'k', versionId: 'v1' };
    await record('seen', { source, format: 'WAV', durationSeconds: 7 }, { kind: 'batch' });
    expect(await inspect('seen')).toEqual({ sessionId: 'seen', trackId: '001' });
  });
});
