import { beforeAll, describe, expect, it } from 'vitest';
import type { Track } from '../../../functions/domain/session.ts';
import { ChirpsmithError } from '../../../functions/shared/errors.ts';
import { checkUpload } from '../../../functions/workflow/check-upload/check-upload.ts';
import { submitUpload } from '../../../functions/workflow/submit-upload/submit-upload.ts';
import { openTable, recordSession, settings, testMoment } from '../../../test-support/session-records.ts';
import { reachesAudio, scriptedProvider, statusOf } from '../../scripted-provider.ts';
import { prepareIn } from './preparing.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});

const problems = [{ where: '--public-url', message: 'The tunnel does not run.' }];
const unreachable = new ChirpsmithError('AudioUnreachable', 'A test file could not be fetched.', {
  problems,
});

describe('Prepare session, before anything is sent to the provider', () => {
  /** Six tracks that are so, in a session that is about to begin. */
  const prepared = async (sessionId: string, track: Partial<Track>) => {
    await recordSession(table.store, {
      sessionId,
      count: 6,
      session: { status: 'preparing', runs: 1 },
      track: () => track,
    });
    let checks = 0;
    const audioWay = {
      check: async () => {
        checks++;
        throw unreachable;
      },
    };
    const run = prepareIn(table.store, sessionId, { audioWay });
    return { outcome: await run.done.catch((error: unknown) => error), checks, calls: run.calls };
  };

  it('ends with the words of the way when the provider cannot fetch the audio', async () => {
    const { outcome, calls } = await prepared('way-broken', {});
    expect(outcome).toBe(unreachable);
    expect(calls).toEqual([]);
  });

  it('asks nothing about audio that lies elsewhere', async () => {
    const source = { url: 'https://audio.example.test/a.mp3' };
    expect(await prepared('way-elsewhere', { source })).toMatchObject({ checks: 0 });
  });
});

describe('Submit upload, while the audio is still being copied', () => {
  async function copying(sessionId: string, answers: (string | { sent: number; size: number })[]) {
    const session = { providerSessionId: `p-${sessionId}`, status: 'uploading' } as const;
    await recordSession(table.store, { sessionId, count: 1, session, track: () => ({}) });
    const scripted = scriptedProvider({ upload: [{ taskId: 't1' }] });
    const asked: object[] = [];
    const downloads = {
      get: async (object: object) => {
        asked.push(object);
        return answers.shift() ?? 'https://bucket.example.test/a.wav?X-Amz-Signature=1';
      },
    };
    const deps = {
      ...{ store: table.store, provider: scripted.provider, downloads, settings },
      ...{ now: () => testMoment, random: () => 0.5, find: async <S>(source: S) => source },
      audioWay: reachesAudio,
    };
    const ids = { sessionId, trackId: '001' };
    return {
      calls: scripted.calls,
      asked,
      submit: (state: object = {}) => submitUpload({ ...ids, ...state }, deps),
      check: (state: Awaited<ReturnType<typeof submitUpload>>) => checkUpload(state, deps),
      track: () => table.store.requireTrack(sessionId, '001'),
    };
  }

  it('waits longer each time, counts no attempt, sends nothing, and goes on when the link is there', async () => {
    const half = { sent: 50, size: 100 };
    const it_ = await copying('copying', [half, half]);
    const first = await it_.submit();
    expect(first).toMatchObject({ verdict: 'waiting', wait: 10, refusals: 1 });
    const again = await it_.check(first);
    expect(again).toMatchObject({ verdict: 'again', total: 10 });
    const second = await it_.submit(again);
    expect(second).toMatchObject({ verdict: 'waiting', wait: 20, refusals: 2, total: 10 });
    expect(await it_.track()).toMatchObject({ status: 'declared', attempts: 0, calls: 0 });
    expect(it_.calls).toEqual([]);
    await it_.submit(await it_.check(second));
    expect(await it_.track()).toMatchObject({ status: 'submitted', attempts: 1 });
    expect(it_.asked[0]).toMatchObject({ sessionId: 'copying', file: expect.any(String) });
  });

  it('gives up at the deadline, and says how far the copy was', async () => {
    const it_ = await copying('copying-late', [{ sent: 50, size: 100 }]);
    const { deadline } = settings.schedules.upload;
    expect(await it_.submit({ total: deadline - 10 })).toMatchObject({ verdict: 'failed' });
    const reason = expect.stringMatching(
      /not copied, or read back, in time .*: 50 of 100 bytes\. Resume the session/,
    );
    expect(await it_.track()).toMatchObject({
      status: 'failed',
      failure: { error: 'DeadlineExceeded', reason },
    });
    expect(it_.calls).toEqual([]);
  });
});

describe('a way that breaks while a session runs', () => {
  const url = 'https://bucket.example.test/a.wav?X-Amz-Signature=1';
  const sha256 = 'ab'.repeat(32);
  const said = '"a.wav" cannot be fetched.\n- --public-url: The tunnel does not run.';

  /** One track, and another of the same run; the way is broken. */
  async function broken(sessionId: string, kind: 'train' | 'batch', track: Partial<Track>) {
    const session = { providerSessionId: `p-${sessionId}`, status: 'uploading', kind, runs: 2 } as const;
    const about = { sessionId, count: 2, session, track: () => ({ sha256, ...track }) };
    await recordSession(table.store, about);
    const scripted = scriptedProvider({
      status: [statusOf('failed', { failReason: 'Unsupported audio format: the file is not audio.' })],
    });
    const asked: object[] = [];
    const fail = async (object: object) => {
      asked.push(object);
      throw new ChirpsmithError('AudioUnreachable', '"a.wav" cannot be fetched.', { problems });
    };
    const deps = {
      ...{ store: table.store, provider: scripted.provider, settings },
      ...{ downloads: { get: fail }, audioWay: { look: fail }, find: async <S>(source: S) => source },
      ...{ now: () => testMoment, random: () => 0.5 },
    };
    const position = { wait: 0, waited: 0, total: 0, checks: 0, refusals: 0, verdict: 'waiting' } as const;
    return {
      ...scripted,
      asked,
      submit: (trackId: string) =>
        submitUpload({ sessionId, trackId }, { ...deps, downloads: { get: async () => url } }).catch(
          (error: unknown) => error,
        ),
      submitNow: () => submitUpload({ sessionId, trackId: '001' }, deps).catch((error: unknown) => error),
      check: () =>
        checkUpload({ sessionId, trackId: '001', ...position }, deps).catch((error: unknown) => error),
      track: () => table.store.requireTrack(sessionId, '001'),
      session: () => table.store.requireSession(sessionId),
    };
  }

  it.each(['train', 'batch'] as const)('sends none of the other files of a %s', async (kind) => {
    const run = await broken(`way-breaks-${kind}`, kind, {});
    expect(await run.submitNow()).toMatchObject({ name: 'AudioUnreachable', message: said });
    expect(run.asked).toEqual([expect.objectContaining({ sessionId: `way-breaks-${kind}`, sha256 })]);
    expect(await run.track()).toMatchObject({ status: 'declared', attempts: 0, calls: 0 });
    expect(await run.session()).toMatchObject({ stopped: { error: 'AudioUnreachable', run: 2 } });
    expect(await run.submit('002')).toMatchObject({ name: 'AudioUnreachable', message: said });
    expect(run.calls).toEqual([]);
  });

  it('ends the run, and not the file, when the provider could not use it: a resume sends it again', async () => {
    const run = await broken('way-broke', 'train', {
      status: 'submitted',
      taskId: 't',
      attempts: 1,
      calls: 1,
    });
    const words = 'Unsupported audio format: the file is not audio.';
    expect(await run.check()).toMatchObject({
      name: 'AudioUnreachable',
      message: expect.stringContaining(`${words} ${said}`),
    });
    const track = await run.track();
    // What was paid counts; the file has as many attempts as before.
    expect(track).toMatchObject({ status: 'declared', attempts: 1, attemptsBefore: 1 });
    expect(track).toMatchObject({ failure: { error: 'AudioUnreachable' } });
    expect(track.failure).not.toHaveProperty('permanent');
    expect(track).not.toHaveProperty('taskId');
    expect(await run.session()).toMatchObject({ stopped: { error: 'AudioUnreachable', run: 2 } });
  });

  it('is not asked about a file that lies elsewhere', async () => {
    const source = { url: 'https://elsewhere.example.test/a.wav' };
    const at = { status: 'submitted', taskId: 't', attempts: 1, source } as const;
    const run = await broken('way-elsewhere-failed', 'train', at);
    expect(await run.check()).toMatchObject({ verdict: 'failed' });
    expect(run.asked).toEqual([]);
  });
});
