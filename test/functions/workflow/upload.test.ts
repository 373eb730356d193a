import { beforeAll, describe, expect, it } from 'vitest';
import type { Track } from '../../../functions/domain/session.ts';
import { ChirpsmithError } from '../../../functions/shared/errors.ts';
import type { UploadState } from '../../../functions/shared/state-contracts.ts';
import { checkUpload } from '../../../functions/workflow/check-upload/check-upload.ts';
import { enoughClips } from '../../../functions/workflow/enough-clips/enough-clips.ts';
import {
  type SubmitUploadDeps,
  submitUpload,
} from '../../../functions/workflow/submit-upload/submit-upload.ts';
import { openTable, recordSession, settings, testMoment } from '../../../test-support/session-records.ts';
import { providerError, reachesAudio, scriptedProvider, statusOf } from '../../scripted-provider.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});

const now = () => testMoment;

/** One session of one track under a name of its own, and the two states with a scripted provider. */
async function oneTrack(
  sessionId: string,
  track: Partial<Track>,
  script: Parameters<typeof scriptedProvider>[0],
  found: SubmitUploadDeps['find'] = async (source) => source,
) {
  const session = { providerSessionId: `p-${sessionId}`, status: 'uploading' } as const;
  await recordSession(table.store, { sessionId, count: 1, session, track: () => track });
  const scripted = scriptedProvider(script);
  let signed = 0;
  const downloads = {
    get: async ({ key }: { key: string }) => `https://bucket.example/${key}?signature=${++signed}`,
  };
  const deps = {
    store: table.store,
    provider: scripted.provider,
    downloads,
    find: found,
    audioWay: reachesAudio,
    settings,
    now,
    random: () => 0.5,
  };
  const ids = { sessionId, trackId: '001' };
  return {
    ...scripted,
    submit: (state: Partial<UploadState> = {}) => submitUpload({ ...state, ...ids }, deps),
    check: (state: Partial<UploadState> = {}) => checkUpload({ ...position, ...state, ...ids }, deps),
    track: () => table.store.requireTrack(sessionId, '001'),
  };
}
const position: Omit<UploadState, 'sessionId' | 'trackId'> = {
  wait: 12,
  waited: 0,
  total: 0,
  checks: 0,
  refusals: 0,
  verdict: 'waiting',
};
const submitted = { status: 'submitted', taskId: 't1', attempts: 1, calls: 1 } as const;

describe('Submit upload', () => {
  it('signs the URL at the last moment, hands it over and waits by the schedule', async () => {
    const one = await oneTrack('submit', {}, { upload: [{ taskId: 't1' }] });
    expect(await one.submit()).toMatchObject({ verdict: 'waiting', wait: 17, waited: 0 });
    expect(one.calls).toEqual([
      {
        call: 'upload',
        request: {
          sessionId: 'p-submit',
          audioUrl: 'https://bucket.example/audio/submit/001?signature=1',
        },
      },
    ]);
    expect(await one.track()).toMatchObject({ status: 'submitted', taskId: 't1', attempts: 1, calls: 1 });
  });

  it('takes another version with the same bytes when the pinned one is gone, and keeps to it', async () => {
    const source = { bucket: 'audio', key: 'k', versionId: 'v1' };
    const asked: unknown[] = [];
    const one = await oneTrack(
      'other-version',
      { source, size: 9, sha256: 'ab' },
      { upload: [{ taskId: 't1' }] },
      async (object, { size, sha256 }) => {
        asked.push({ object, size, sha256 });
        return { ...source, versionId: 'v2' };
      },
    );
    expect(await one.submit()).toMatchObject({ verdict: 'waiting' });
    expect(asked).toEqual([{ object: source, size: 9, sha256: 'ab' }]);
    expect(await one.track()).toMatchObject({ source: { versionId: 'v2' }, attempts: 1 });
  });

  it('reports a missing file before anything is sent, and counts no attempt', async () => {
    const one = await oneTrack('gone', {}, {}, async () => undefined);
    expect(await one.submit()).toMatchObject({ verdict: 'failed' });
    expect(one.calls).toEqual([]);
    expect(await one.track()).toMatchObject({
      status: 'rejected',
      attempts: 0,
      calls: 0,
      failure: {
        error: 'AudioRejected',
        reason: 'The file is gone from the bucket. Upload it again, then resume the session.',
      },
    });
  });

  it('writes no URL into the record', async () => {
    const one = await oneTrack('no-url', {}, { upload: [{ taskId: 't1' }] });
    await one.submit();
    expect(JSON.stringify(await table.store.read('no-url'))).not.toContain('signature');
  });

  it('does not submit a finished track again, nor one that is under way', async () => {
    const done = await oneTrack('resume-done', { status: 'done', clipId: 'c' }, {});
    expect(await done.submit()).toMatchObject({ verdict: 'done' });
    const running = await oneTrack('resume-running', submitted, {});
    expect(await running.submit()).toMatchObject({ verdict: 'waiting', wait: 0 });
    expect([...done.calls, ...running.calls]).toEqual([]);
  });

  it.each([
    // Spread over 20 s at the pace to which it slows down; chance is half of it here.
    ['ProviderThrottled', 7, 0, 20],
    ['ProviderThrottled', 120, 0, 130],
    ['ProviderUnreachable', 0, 2, 40],
    ['ProviderUnreachable', 0, 7, 60],
  ] as const)(
    '%s (Retry-After %s, %s refusals before) costs no attempt and waits %s s',
    async (name, retryAfter, refusals, wait) => {
      const trouble = providerError(name, 'no', { retryAfter });
      const one = await oneTrack(`refused-${name}-${retryAfter}-${refusals}`, {}, { upload: [trouble] });
      const state = await one.submit({ refusals, total: 30 });
      expect(state).toMatchObject({ verdict: 'waiting', wait, total: 30, refusals: refusals + 1 });
      expect(await one.track()).toMatchObject({ status: 'declared', attempts: 0, calls: 1 });
      expect(await one.check(state)).toMatchObject({ verdict: 'again', total: 30 + wait });
    },
  );

  it('repeats an upload whose answer was lost once, counted, and not twice', async () => {
    const lost = () => providerError('ProviderAnswerLost', 'unknown');
    const one = await oneTrack('lost', {}, { upload: [lost(), lost()] });
    expect(await one.submit()).toMatchObject({ verdict: 'waiting' });
    expect(await one.track()).toMatchObject({ status: 'declared', attempts: 1, lostAnswers: 1 });
    expect(await one.submit()).toMatchObject({ verdict: 'failed' });
    expect(await one.track()).toMatchObject({
      status: 'failed',
      attempts: 2,
      failure: { error: 'ProviderAnswerLost' },
    });
  });

  it('takes a step that died in the middle of its call for a lost answer', async () => {
    const one = await oneTrack('died', { status: 'submitting', attempts: 1 }, { upload: [{ taskId: 't2' }] });
    expect(await one.submit()).toMatchObject({ verdict: 'waiting' });
    expect(await one.track()).toMatchObject({ status: 'submitted', attempts: 2, lostAnswers: 1 });
  });

  it('puts the track back when the key could not be read: nothing was sent', async () => {
    const denied = new ChirpsmithError('AccessDenied', 'may not read the secret');
    const one = await oneTrack('no-key', {}, { upload: [denied] });
    await expect(one.submit()).rejects.toBe(denied);
    expect(await one.track()).toMatchObject({ status: 'declared', attempts: 0 });
  });

  it('keeps the words of a refusal, which is data and no exception', async () => {
    const refusal = providerError('ProviderRefused', 'no', { reason: 'Unsupported audio format: aiff' });
    const one = await oneTrack('words', {}, { upload: [refusal] });
    expect(await one.submit()).toMatchObject({ verdict: 'failed' });
    expect(await one.track()).toMatchObject({
      status: 'failed',
      attempts: 0,
      failure: { reason: 'Unsupported audio format: aiff', permanent: true },
    });
  });
});

describe('Check upload', () => {
  it('writes down the clip of a finished upload', async () => {
    const one = await oneTrack('done', submitted, {
      status: [statusOf('success', { clipId: 'clip-9', tookSeconds: 21.5 })],
    });
    expect(await one.check({ checks: 2 })).toMatchObject({ verdict: 'done' });
    expect(await one.track()).toMatchObject({
      ...{ status: 'done', clipId: 'clip-9', calls: 4, providerSeconds: 21.5 },
    });
  });

  it.each(['queued', 'running', 'never-heard-of'])(
    'goes on waiting while the task is "%s"',
    async (status) => {
      const one = await oneTrack(`wait-${status}`, submitted, { status: [statusOf(status)] });
      expect(await one.check()).toMatchObject({
        verdict: 'waiting',
        waited: 12,
        total: 12,
        wait: 5,
        checks: 1,
      });
    },
  );

  it('does not take success without a clip for an end', async () => {
    const one = await oneTrack('empty', submitted, { status: [statusOf('success')] });
    expect(await one.check()).toMatchObject({ verdict: 'waiting' });
  });

  it.each(['ProviderThrottled', 'ProviderAnswerLost', 'ProviderAuth'] as const)(
    'a check that fails with %s moves the next check and fails nothing',
    async (name) => {
      const trouble = providerError(name, name === 'ProviderAnswerLost' ? 'unknown' : 'no', {
        retryAfter: 33,
      });
      const one = await oneTrack(`moved-${name}`, submitted, { status: [trouble] });
      expect(await one.check()).toMatchObject({ verdict: 'waiting', wait: 33 });
      expect(await one.track()).toMatchObject({ status: 'submitted' });
    },
  );

  it('submits again after a failure that may pass, with the words kept, until the attempts are used', async () => {
    const failed = () => statusOf('failed', { failReason: 'Audio source not found.', failCode: 4001 });
    const one = await oneTrack(
      'again',
      { ...submitted, attemptsAllowed: 2 },
      { status: [failed(), failed()], upload: [{ taskId: 't2' }] },
    );
    const again = await one.check();
    expect(again).toMatchObject({ verdict: 'again' });
    expect(await one.track()).toMatchObject({
      status: 'declared',
      failure: { reason: 'Audio source not found.' },
    });
    const state = await one.submit(again);
    expect(await one.check(state)).toMatchObject({ verdict: 'failed' });
    expect(await one.track()).toMatchObject({
      status: 'failed',
      attempts: 2,
      failure: { reason: 'Audio source not found.' },
    });
  });

  it('does not send a track again that was refused for its copyright', async () => {
    const failReason = 'Copyrighted material detected: "Yesterday"';
    const one = await oneTrack('copyright', submitted, { status: [statusOf('failed', { failReason })] });
    expect(await one.check()).toMatchObject({ verdict: 'failed' });
    expect(await one.track()).toMatchObject({ failure: { reason: failReason, permanent: true } });
  });

  it('treats "timeout" as the end that it is', async () => {
    const one = await oneTrack('timeout', { ...submitted, attempts: 3 }, { status: [statusOf('timeout')] });
    expect(await one.check()).toMatchObject({ verdict: 'failed' });
  });

  it('gives up at the deadline over all attempts, keeping the task so that a resume looks at it again', async () => {
    const { deadline } = settings.schedules.upload;
    const one = await oneTrack('late', submitted, { status: [statusOf('running')] });
    expect(await one.check({ total: deadline - 12 })).toMatchObject({ verdict: 'failed' });
    expect(await one.track()).toMatchObject({
      status: 'failed',
      taskId: 't1',
      failure: { error: 'DeadlineExceeded' },
    });
  });
});

describe('Enough clips?', () => {
  it('counts clips in the record and names every track without one', async () => {
    await recordSession(table.store, {
      sessionId: 'count',
      count: 7,
      session: { status: 'uploading' },
      track: (index) =>
        index < 5
          ? { status: 'done', clipId: `c${index}` }
          : {
              status: 'failed',
              failure: { error: 'ProviderRefused', reason: `refused ${index}`, at: testMoment },
            },
    });
    const counted = enoughClips({ sessionId: 'count' }, { store: table.store, settings, now });
    await expect(counted).rejects.toMatchObject({
      name: 'NotEnoughClips',
      message: expect.stringMatching(/5 of the 7(.|\n)*song 6\.mp3: refused 5(.|\n)*song 7\.mp3: refused 6/),
    });
  });

  it('fails with what ended a slice of the uploads, in the words of that error, and changes nothing', async () => {
    const session = { status: 'uploading' } as const;
    await recordSession(table.store, { sessionId: 'slices', count: 7, session });
    const failed = async (error: { Error: string; Cause?: string }) =>
      enoughClips({ sessionId: 'slices', uploads: [{}, { error }] }, { store: table.store, settings, now });
    const Cause = JSON.stringify({
      errorMessage: 'The provider refused an upload because of the account: 402',
    });
    await expect(failed({ Error: 'CreditsExhausted', Cause })).rejects.toMatchObject({
      name: 'CreditsExhausted',
      message: 'The provider refused an upload because of the account: 402',
    });
    await expect(failed({ Error: 'Lambda.Unknown', Cause: 'ended' })).rejects.toMatchObject({
      name: 'Unexpected',
      message: 'Lambda.Unknown: ended',
    });
    expect((await table.store.requireSession('slices')).status).toBe('uploading');
  });

  it('holds the session to the number that it asked for, above the six of the provider', async () => {
    const session = { status: 'uploading', minClips: 8 } as const;
    const track = (index: number) => ({ status: 'done', clipId: `c${index}` }) as const;
    await recordSession(table.store, { sessionId: 'asks', count: 7, session, track });
    await expect(
      enoughClips({ sessionId: 'asks' }, { store: table.store, settings, now }),
    ).rejects.toMatchObject({
      name: 'NotEnoughClips',
    });
    await recordSession(table.store, { sessionId: 'enough', count: 8, session, track });
    expect(await enoughClips({ sessionId: 'enough' }, { store: table.store, settings, now })).toEqual({
      sessionId: 'enough',
      review: false,
    });
    expect((await table.store.requireSession('enough')).status).toBe('creating');
  });
});

describe('A session whose calls are throttled', () => {
  const throttled = (retryAfter = 0) => providerError('ProviderThrottled', 'no', { retryAfter });
  const paceOf = async (sessionId: string) => (await table.store.requireSession(sessionId)).pace;

  it('goes at half the speed from then on, the tracks after it too', async () => {
    const one = await oneTrack('pace', {}, { upload: [throttled(), { taskId: 't1' }] });
    const away = await one.submit();
    expect(away).toMatchObject({ pace: 2, refusals: 1 });
    expect(await paceOf('pace')).toBe(2);
    // Another track of the session begins, and was not throttled itself: its first check is spread over 10 s.
    expect(await one.submit()).toMatchObject({ verdict: 'waiting', wait: 22, pace: 2, refusals: 0 });
  });

  it('is slowed down by one step when several calls were throttled together, and by the next when it goes on', async () => {
    const one = await oneTrack('together', submitted, { status: [1, 2, 3].map(() => throttled()) });
    const checks = await Promise.all([1, 2].map(() => one.check()));
    expect(checks.map(({ pace }) => pace)).toEqual([2, 2]);
    expect(await paceOf('together')).toBe(2);
    expect(await one.check({ pace: 2 })).toMatchObject({ pace: 4 });
    expect(await paceOf('together')).toBe(4);
  });

  it('spreads its checks, and none comes before its Retry-After', async () => {
    const one = await oneTrack('checks', submitted, {
      status: [throttled(), throttled(300), statusOf('running')],
    });
    // 12 s have passed; the schedule's next check is at 17 s.
    expect(await one.check()).toMatchObject({ verdict: 'waiting', wait: 10, pace: 2 });
    expect(await one.check({ pace: 2 })).toMatchObject({ wait: 300, pace: 4 });
    expect(await one.check({ pace: 4 })).toMatchObject({ wait: 20, pace: 4 });
  });

  it('follows the moments of its run, at the latest pace of its session', async () => {
    const one = await oneTrack('moments', {}, { upload: [{ taskId: 't1' }], status: [statusOf('running')] });
    const session = await table.store.requireSession('moments');
    await table.store.updateSession(session, { checkTimes: { upload: [30, 37] } });
    const state = await one.submit();
    expect(state).toMatchObject({ wait: 30 });
    await table.store.changeSession('moments', () => ({ pace: 2 }));
    expect(await one.check(state)).toMatchObject({ waited: 30, wait: 14, pace: 2 });
  });

  it('counts no attempt, and does not write its pace down again when it cannot go slower', async () => {
    const one = await oneTrack('slowest', submitted, { status: [throttled()] });
    const session = await table.store.requireSession('slowest');
    const { version } = await table.store.updateSession(session, { pace: 4 });
    expect(await one.check({ pace: 2 })).toMatchObject({ wait: 20, pace: 4 });
    expect(await table.store.requireSession('slowest')).toMatchObject({ pace: 4, version });
    expect(await one.track()).toMatchObject({ status: 'submitted', attempts: 1 });
  });

  it('writes nothing while no call is throttled', async () => {
    const one = await oneTrack('calm', {}, { upload: [{ taskId: 't1' }], status: [statusOf('running')] });
    const { version } = await table.store.requireSession('calm');
    const state = await one.submit();
    expect(state).toMatchObject({ wait: 17 });
    await one.check(state);
    expect(await table.store.requireSession('calm')).toMatchObject({ pace: 1, version });
  });
});
