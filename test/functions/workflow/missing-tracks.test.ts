import { beforeAll, describe, expect, it } from 'vitest';
import { resumeSession } from '../../../functions/api/resume-session/resume-session.ts';
import { sessionAnswer } from '../../../functions/api/session-response.ts';
import type { Session, Track } from '../../../functions/domain/session.ts';
import { sessionStatusChanged } from '../../../functions/observability/session-status-event.ts';
import { checkTraining } from '../../../functions/workflow/check-training/check-training.ts';
import { enoughClips } from '../../../functions/workflow/enough-clips/enough-clips.ts';
import { inspectFile } from '../../../functions/workflow/inspect-file/inspect-file.ts';
import { reconcileClips } from '../../../functions/workflow/reconcile-clips/reconcile-clips.ts';
import { submitUpload } from '../../../functions/workflow/submit-upload/submit-upload.ts';
import { arnOf, fakeExecutions } from '../../../test-support/fake-executions.ts';
import { openTable, recordSession, settings, testMoment } from '../../../test-support/session-records.ts';
import { providerError, scriptedProvider, statusOf } from '../../scripted-provider.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});

const now = () => testMoment;
const done = (index: number) => ({ status: 'done', clipId: `clip-${index}`, attempts: 1 }) as const;
const passing = { error: 'ProviderAnswerLost', reason: 'No answer.', at: testMoment } as const;
const forGood = { error: 'ProviderRefused', reason: 'Copyright.', permanent: true, at: testMoment } as const;

/** Eight tracks, the last of which has no clip. */
const eight = (sessionId: string, last: Partial<Track>, session: Partial<Session> = {}) =>
  recordSession(table.store, {
    sessionId,
    count: 8,
    session: { status: 'uploading', runs: 1, executionArn: arnOf(`${sessionId}-1`), ...session },
    track: (index) => (index < 7 ? done(index) : last),
  });
const enough = (sessionId: string) => enoughClips({ sessionId }, { store: table.store, settings, now });
const resume = (sessionId: string, body = {}) => {
  const { executions } = fakeExecutions();
  const deps = { store: table.store, executions, settings, now: () => Date.parse(testMoment) };
  return resumeSession(sessionId, 'ana', body, deps);
};

describe('a track without a clip', () => {
  it.each<[string, Partial<Track>]>([
    ['a passing fault', { status: 'failed', failure: passing }],
    ['a refusal for good', { status: 'failed', failure: forGood }],
    ['a file that cannot be used', { status: 'rejected', failure: forGood }],
    ['a branch that ended early', { status: 'submitted', taskId: 't' }],
  ])('stops a session of more than six before it is paid: %s', async (title, last) => {
    const sessionId = title.replaceAll(' ', '-');
    await eight(sessionId, last);
    await expect(enough(sessionId)).rejects.toMatchObject({
      name: 'NotEnoughClips',
      summary: expect.stringContaining('Only 7 of the 8 clips'),
      problems: [{ where: 'song 8.mp3', message: last.failure?.reason ?? 'was left "submitted"' }],
    });
    expect((await table.store.requireSession(sessionId)).create.fence).toBe('none');
  });

  it.each<[string, Partial<Session>]>([
    ['minClips', { minClips: 7 }],
    ['skipInvalid', { skipInvalid: true }],
  ])('does not stop a session that allows fewer, by %s', async (field, allows) => {
    await eight(`allowed-${field}`, { status: 'failed', failure: passing }, allows);
    expect(await enough(`allowed-${field}`)).toMatchObject({ review: false });
  });

  it('stops a session that allows fewer, but not so few', async () => {
    await eight('too-few', { status: 'failed', failure: passing }, { minClips: 8, skipInvalid: true });
    await expect(enough('too-few')).rejects.toMatchObject({ name: 'NotEnoughClips' });
  });

  it('that has the bytes of another track needs no clip of its own', async () => {
    await eight('copy', { status: 'duplicate', duplicateOf: '001' });
    expect(await enough('copy')).toMatchObject({ review: false });
  });

  it('does not stop a session whose training was paid already', async () => {
    const create = { fence: 'submitted' as const, calls: 1, checks: 0, earlier: [], clipIds: ['clip-0'] };
    await eight('paid', { status: 'failed', failure: passing }, { status: 'training', create });
    expect(await enough('paid')).toMatchObject({ review: false });
  });
});

describe('the advice to resume with fewer', () => {
  it('works: the session goes on to its training, without the track', async () => {
    await eight('fewer', { status: 'failed', failure: forGood });
    const stopped = enough('fewer');
    await expect(stopped).rejects.toThrow('resume with the 7 that have a clip (minClips 7)');
    const session = await table.store.requireSession('fewer');
    await table.store.updateSession(session, { status: 'failed', failure: passing });
    expect(await resume('fewer', { minClips: 7 })).toMatchObject({ status: 'preparing', minClips: 7 });
    const begun = await table.store.requireSession('fewer');
    await table.store.updateSession(begun, { status: 'uploading' });
    expect(await enough('fewer')).toMatchObject({ review: false });
  });

  it('is not given where fewer clips are left than the provider trains on', async () => {
    await recordSession(table.store, {
      sessionId: 'five',
      session: { status: 'uploading' },
      track: (index) => (index < 5 ? done(index) : { status: 'failed', failure: passing }),
    });
    const stopped: unknown = await enough('five').catch((error: unknown) => error);
    expect(stopped).toMatchObject({ name: 'NotEnoughClips' });
    expect(String(stopped)).not.toContain('minClips');
  });

  it.each([
    ['fewer than the provider takes', { minClips: 5 }, /minClips: is 5/],
    ['more than are taken', { minClips: 101 }, /minClips: is 101/],
  ])('is refused for %s', async (title, body, words) => {
    const sessionId = `wrong-${title.length}`;
    await eight(sessionId, {}, { status: 'failed' });
    await expect(resume(sessionId, body)).rejects.toThrow(words);
  });

  it('is refused once create has been called, and for what trains nothing', async () => {
    const create = { fence: 'unknown' as const, calls: 1, checks: 0, earlier: [] };
    await eight('late', {}, { status: 'needs-decision', create });
    await expect(resume('late', { minClips: 7 })).rejects.toMatchObject({ name: 'NotPossible' });
    await eight('batch', {}, { status: 'failed', kind: 'batch' });
    await expect(resume('batch', { minClips: 7 })).rejects.toMatchObject({
      name: 'BadInput',
      problems: [{ where: 'minClips' }],
    });
  });

  it('does not pass unheard while a run goes on', async () => {
    const { session } = await eight('deaf', {});
    const { executions } = fakeExecutions({ 'deaf-1': 'running' });
    const deps = { store: table.store, executions, settings, now: () => Date.parse(testMoment) };
    await expect(resumeSession('deaf', 'ana', { minClips: 7 }, deps)).rejects.toThrow('leave minClips out');
    expect(await table.store.requireSession('deaf')).toEqual(session);
  });
});

describe('what is held against the account', () => {
  const account = ['ProviderAuth', 'CreditsExhausted'] as const;
  const going = (kind: 'train' | 'batch') =>
    ({ kind, status: 'uploading', runs: 1, providerSessionId: 'p' }) as const;
  const submit = (sessionId: string, trackId: string, { provider }: ReturnType<typeof scriptedProvider>) =>
    submitUpload(
      { sessionId, trackId },
      {
        store: table.store,
        provider,
        downloads: { get: async () => 'https://bucket.example/a' },
        find: async <T>(source: T) => source,
        settings,
        now,
        random: () => 0.5,
      },
    );

  it.each(account)('ends the run of a training, not the track: %s', async (name) => {
    const sessionId = `train-${name}`;
    await recordSession(table.store, { sessionId, session: going('train') });
    const scripted = scriptedProvider({ upload: [providerError(name, 'no', { reason: 'Pay first.' })] });
    await expect(submit(sessionId, '001', scripted)).rejects.toMatchObject({
      name,
      message: expect.stringContaining('Pay first.'),
    });
    const track = await table.store.requireTrack(sessionId, '001');
    expect(track).toMatchObject({ status: 'declared', attempts: 0 });
    expect(track.failure).toBeUndefined();
  });

  it.each(account)(
    'is asked about once in a run of a batch, whatever the number of files: %s',
    async (name) => {
      const sessionId = `batch-${name}`;
      await recordSession(table.store, {
        sessionId,
        session: { ...going('batch') },
        track: (index) => (index === 0 ? { trackId: '00001' } : { trackId: `0000${index + 1}` }),
      });
      const scripted = scriptedProvider({
        addToBatch: [providerError(name, 'no', { reason: 'Pay first.' })],
      });
      await expect(submit(sessionId, '00001', scripted)).rejects.toMatchObject({ name });
      await expect(submit(sessionId, '00002', scripted)).rejects.toMatchObject({ name });
      const looked = inspectFile(
        { sessionId, trackId: '00003' },
        {
          store: table.store,
          inspect: () => Promise.reject(new Error('nobody looks')),
          hash: () => Promise.reject(new Error('nobody reads')),
          copy: () => Promise.reject(new Error('nobody copies')),
          settings,
          now,
        },
      );
      await expect(looked).rejects.toMatchObject({ name });
      expect(scripted.count('addToBatch')).toBe(1);

      const list = scriptedProvider({ status: [statusOf('success', { audioIds: [] })] });
      const compared = reconcileClips(
        { sessionId, wait: 0, waited: 0 },
        { store: table.store, provider: list.provider, settings, now },
      );
      await expect(compared).rejects.toMatchObject({
        name,
        message: expect.stringContaining('Pay first. 6 of 6 files were left unfinished; a resume goes on'),
      });
    },
  );

  it('is asked about anew in the next run', async () => {
    const session = {
      ...going('train'),
      runs: 2,
      stopped: { error: 'ProviderAuth', reason: 'No.', at: testMoment, run: 1 },
    } as const;
    await recordSession(table.store, { sessionId: 'anew', session });
    const scripted = scriptedProvider({ upload: [{ taskId: 't' }] });
    expect(await submit('anew', '001', scripted)).toMatchObject({ verdict: 'waiting' });
  });
});

describe('a model without some of the tracks', () => {
  it('says so in the record, in the answer of the API and in the event', async () => {
    const clipIds = Array.from({ length: 7 }, (_, index) => `clip-${index}`);
    const create = { fence: 'submitted' as const, taskId: 'p', calls: 1, checks: 0, earlier: [], clipIds };
    const session = { status: 'training', providerSessionId: 'p', minClips: 7, create } as const;
    await eight('without', { status: 'failed', failure: forGood }, session);
    const modelId = 'chirp-custom:0a1b2c3d-0000-4000-8000-000000000008';
    const { provider } = scriptedProvider({ status: [statusOf('success', { modelId })] });
    const position = { wait: 0, waited: 0, total: 0, checks: 0, refusals: 0, verdict: 'waiting' as const };
    const before = await table.store.requireSession('without');
    await checkTraining(
      { sessionId: 'without', ...position },
      { store: table.store, models: table.models, provider, settings, now },
    );
    const missing = [{ trackId: '008', file: 'song 8.mp3', reason: 'Copyright.' }];
    const found = await table.store.require('without');
    expect(found.session).toMatchObject({ status: 'ready', modelId, missing });
    expect(sessionAnswer(found, settings, false).missing).toEqual(missing);
    expect(sessionStatusChanged(before, found.session)?.missing).toEqual([
      { file: 'song 8.mp3', reason: 'Copyright.' },
    ]);
  });

  it('is not said of a model of all of them', async () => {
    const clipIds = Array.from({ length: 6 }, (_, index) => `clip-${index}`);
    const create = { fence: 'submitted' as const, taskId: 'q', calls: 1, checks: 0, earlier: [], clipIds };
    await recordSession(table.store, {
      sessionId: 'whole',
      count: 7,
      session: { status: 'training', providerSessionId: 'q', create },
      track: (index) => (index < 6 ? done(index) : { status: 'duplicate', duplicateOf: '001' }),
    });
    const modelId = 'chirp-custom:0a1b2c3d-0000-4000-8000-000000000009';
    const { provider } = scriptedProvider({ status: [statusOf('success', { modelId })] });
    const position = { wait: 0, waited: 0, total: 0, checks: 0, refusals: 0, verdict: 'waiting' as const };
    const deps = { store: table.store, models: table.models, provider, settings, now };
    await checkTraining({ sessionId: 'whole', ...position }, deps);
    expect(await table.store.requireSession('whole')).not.toHaveProperty('missing');
  });
});
