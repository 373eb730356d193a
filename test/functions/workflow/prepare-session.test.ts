import { beforeAll, describe, expect, it } from 'vitest';
import { checksFor } from '../../../functions/shared/schedule.ts';
import type { Inspection } from '../../../packages/audio-inspection/inspection.ts';
import { openTable, recordSession, settings, testMoment } from '../../../test-support/session-records.ts';
import { providerError } from '../../scripted-provider.ts';
import { arn, bucketWith, mp3, now, prepareIn, text } from './preparing.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});
const prepare = (sessionId: string, options: Parameters<typeof prepareIn>[2]) =>
  prepareIn(table.store, sessionId, options);

describe('Prepare session', () => {
  it('looks at every track, opens one session at the provider, and passes on ids only', async () => {
    await recordSession(table.store, { sessionId: 'plain' });
    const { done, count } = prepare('plain', {});
    expect(await done).toEqual({
      sessionId: 'plain',
      tracks: ['001', '002', '003', '004', '005', '006'].map((trackId) => ({ sessionId: 'plain', trackId })),
      wait: 0,
      refusals: 0,
      verdict: 'done',
    });
    expect(count('prepare')).toBe(1);
    const { session, tracks } = await table.store.require('plain');
    expect(session).toMatchObject({
      status: 'uploading',
      providerSessionId: 'p-plain',
      runs: 1,
      executionArn: arn('plain-1'),
    });
    expect(tracks[0]).toMatchObject({ format: 'MP3', durationSeconds: 21.5 });
  });

  it('sees a balance that is too small for the training before anything is sent, and keeps one that is enough', async () => {
    await recordSession(table.store, { sessionId: 'poor' });
    const { done, calls } = prepare('poor', { script: { credits: [105] } });
    await expect(done).rejects.toMatchObject({
      name: 'CreditsExhausted',
      message: expect.stringContaining('106 credits, and the account has 105'),
    });
    expect(calls.map(({ call }) => call)).toEqual(['credits']);
    await recordSession(table.store, { sessionId: 'rich' });
    const enough = prepare('rich', { script: { credits: [106], prepare: [{ sessionId: 'p-rich' }] } });
    expect(await enough.done).toMatchObject({ verdict: 'done' });
    const { journal } = await table.store.requireSession('rich');
    expect(journal?.balances).toEqual([{ at: expect.any(String), credits: 106 }]);
  });

  it('sends nothing in a resume while a track that was refused for good is needed', async () => {
    const failure = {
      error: 'ProviderRefused',
      reason: 'Copyright.',
      permanent: true,
      at: testMoment,
    } as const;
    await recordSession(table.store, {
      sessionId: 'for-good',
      count: 8,
      session: {
        status: 'failed',
        runs: 1,
        providerSessionId: 'p-for-good',
        executionArn: arn('for-good-1'),
      },
      track: (index) => (index === 7 ? { status: 'failed', failure, attempts: 1 } : { format: 'MP3' }),
    });
    const { done, calls } = prepare('for-good', { script: {}, run: 2 });
    await expect(done).rejects.toMatchObject({
      name: 'NotEnoughClips',
      problems: [{ where: 'song 8.mp3', message: 'Copyright.' }],
    });
    expect(calls).toEqual([]);
  });

  it('pins a track to the version that it inspected, and copies it only where its name says something else than it is', async () => {
    const named = (index: number) =>
      `audio/named/00${index + 1}.${['mp3', 'MP3', 'wav', 'ogg'][index] ?? 'x'}`;
    await recordSession(table.store, {
      sessionId: 'named',
      track: (index) => ({ source: { bucket: 'audio', key: named(index) } }),
    });
    const opus: Inspection = { ...mp3, format: 'Opus', extension: 'opus' };
    const bucket = bucketWith({ [named(2)]: { sha256: 'a'.repeat(64) }, [named(3)]: { inspection: opus } });
    await prepare('named', { bucket }).done;
    const { tracks } = await table.store.require('named');
    expect(tracks.map(({ source }) => source).slice(0, 4)).toEqual([
      { bucket: 'audio', key: named(0), versionId: 'v1' },
      { bucket: 'audio', key: named(1), versionId: 'v1' },
      { bucket: 'audio', key: `audio/named/003.${'a'.repeat(64)}.mp3`, versionId: 'copy' },
      { bucket: 'audio', key: named(3), versionId: 'v1' },
    ]);
    expect(bucket.copied[0]).toEqual({
      from: { bucket: 'audio', key: named(2), versionId: 'v1' },
      key: `audio/named/003.${'a'.repeat(64)}.mp3`,
    });
  });

  it('run again, it reuses the session of the provider and does not look twice', async () => {
    await recordSession(table.store, { sessionId: 'twice' });
    await prepare('twice', {}).done;
    const bucket = bucketWith();
    const { done, calls } = prepare('twice', { script: {}, bucket });
    expect((await done).tracks).toHaveLength(6);
    expect(calls).toEqual([]);
    expect(bucket.seen).toEqual([]);
  });

  it('refuses unusable files before anything is spent, naming each of them', async () => {
    await recordSession(table.store, { sessionId: 'bad', count: 8 });
    const special = { 'audio/bad/002': { inspection: text }, 'audio/bad/007': { inspection: text } };
    const { done, calls } = prepare('bad', { script: {}, bucket: bucketWith(special) });
    await expect(done).rejects.toMatchObject({
      name: 'AudioRejected',
      message: expect.stringMatching(/song 2\.mp3: is text(.|\n)*song 7\.mp3: is text/),
    });
    expect(calls).toEqual([]);
  });

  it('goes on with the usable ones when the session allows it, if they are enough', async () => {
    const session = { skipInvalid: true };
    await recordSession(table.store, { sessionId: 'skip', count: 7, session });
    const one = bucketWith({ 'audio/skip/003': { inspection: text } });
    expect((await prepare('skip', { bucket: one }).done).tracks.map(({ trackId }) => trackId)).not.toContain(
      '003',
    );

    await recordSession(table.store, { sessionId: 'skip-many', count: 6, session });
    const two = bucketWith({ 'audio/skip-many/003': { inspection: text } });
    await expect(prepare('skip-many', { script: {}, bucket: two }).done).rejects.toMatchObject({
      name: 'NotEnoughClips',
    });
  });

  it('sends the same bytes once', async () => {
    await recordSession(table.store, { sessionId: 'same', count: 7 });
    const sha256 = 'f'.repeat(64);
    const bucket = bucketWith({ 'audio/same/002': { sha256 }, 'audio/same/006': { sha256 } });
    const { tracks } = await prepare('same', { bucket }).done;
    expect(tracks.map(({ trackId }) => trackId)).toEqual(['001', '002', '003', '004', '005', '007']);
    expect(await table.store.requireTrack('same', '006')).toMatchObject({
      status: 'duplicate',
      duplicateOf: '002',
    });
  });

  describe('holds the object against the declared size and SHA-256', () => {
    const [declared, other] = ['a'.repeat(64), 'b'.repeat(64)];
    const first = (sessionId: string) => `audio/${sessionId}/001`;
    const record = (sessionId: string) =>
      recordSession(table.store, {
        sessionId,
        track: (index) => (index === 0 ? { size: 1000, sha256: declared } : {}),
      });
    const look = async (sessionId: string, found: object, hash = async () => other) => {
      await record(sessionId);
      const bucket = bucketWith({ [first(sessionId)]: found }, hash);
      await prepare(sessionId, { bucket }).done.catch(() => undefined);
      return table.store.requireTrack(sessionId, '001');
    };
    const notUploaded = { error: 'AudioRejected', reason: expect.stringContaining('not uploaded yet') };

    it.each([
      ['other bytes', { sha256: other }],
      ['another size', { sha256: declared, size: 999 }],
      ['other bytes of which S3 has no SHA-256', { sha256: undefined, etag: '"e-3"' }],
      ['nothing', { sha256: undefined, size: 0 }],
      ['other bytes that are no audio', { sha256: other, inspection: text }],
    ])('%s is not the declared file, and what was declared stays', async (what, found) => {
      expect(await look(`not-${what.replaceAll(' ', '-')}`, found)).toMatchObject({
        status: 'rejected',
        failure: notUploaded,
        size: 1000,
        sha256: declared,
      });
    });

    it('the declared bytes are taken, by the SHA-256 of S3 or by reading them', async () => {
      const taken = { status: 'declared', format: 'MP3', sha256: declared };
      const unread = async () => Promise.reject(new Error('It need not be read.'));
      expect(await look('by-s3', { sha256: declared }, unread)).toMatchObject(taken);
      const read = await look('by-reading', { sha256: undefined, etag: '"e-3"' }, async () => declared);
      expect(read).toMatchObject(taken);
    });
  });

  it('looks again at a rejected file in a new run: a better one may lie in its place', async () => {
    await recordSession(table.store, { sessionId: 'better' });
    const bad = bucketWith({ 'audio/better/001': { inspection: text } });
    await expect(prepare('better', { script: {}, bucket: bad }).done).rejects.toMatchObject({
      name: 'AudioRejected',
    });
    const { tracks } = await prepare('better', { run: 2 }).done;
    expect(tracks).toHaveLength(6);
  });

  it('gives failed tracks new attempts in a new run, but not one that was refused for good', async () => {
    const at = testMoment;
    const inspected = { format: 'MP3', attempts: 3, taskId: 't' } as const;
    await recordSession(table.store, {
      sessionId: 'resume',
      session: {
        status: 'failed',
        runs: 1,
        providerSessionId: 'p1',
        executionArn: arn('resume-1'),
        // Five are left without the one that was refused for good, and the provider takes no fewer than six.
        minClips: 6,
      },
      count: 7,
      track: (index) => {
        if (index === 0)
          return {
            ...inspected,
            status: 'failed',
            failure: { error: 'ProviderRefused', reason: 'busy', at },
          };
        if (index === 1)
          return {
            ...inspected,
            status: 'failed',
            failure: { error: 'ProviderRefused', reason: 'copyright', permanent: true, at },
          };
        if (index === 2)
          return {
            ...inspected,
            status: 'failed',
            failure: { error: 'DeadlineExceeded', reason: 'late', at },
          };
        return { ...inspected, status: 'done', clipId: `c${index}` };
      },
    });
    const { done, calls } = prepare('resume', { script: {}, run: 2 });
    await done;
    expect(calls).toEqual([]);
    const { tracks } = await table.store.require('resume');
    expect(tracks[0]).toMatchObject({ status: 'declared', attempts: 3, attemptsAllowed: 6 });
    expect(tracks[0]?.taskId).toBeUndefined();
    expect(tracks[1]).toMatchObject({ status: 'failed', failure: { permanent: true } });
    // It was still running at the provider: looked at again, not paid again.
    expect(tracks[2]).toMatchObject({ status: 'submitted', taskId: 't' });
    expect(tracks[3]).toMatchObject({ status: 'done', attemptsAllowed: 3 });
  });

  it('touches no track once create may have been paid', async () => {
    const create = { fence: 'unknown' as const, calls: 1, earlier: [], checks: 0 };
    const session = { status: 'needs-decision', runs: 1, providerSessionId: 'p1', create } as const;
    await recordSession(table.store, { sessionId: 'paid', session });
    const { done, calls } = prepare('paid', { script: {}, run: 2 });
    expect(await done).toMatchObject({ sessionId: 'paid', tracks: [], verdict: 'done' });
    expect(calls).toEqual([]);
  });

  it('writes down when the run checks on its uploads: for the last of its tracks', async () => {
    await recordSession(table.store, { sessionId: 'times', count: 12 });
    await prepare('times', { script: { prepare: [{ sessionId: 'p-times' }] } }).done;
    const { checkTimes } = await table.store.requireSession('times');
    expect(checkTimes).toEqual({ upload: checksFor(settings.schedules.upload, 12) });
  });

  it('learns when to check from what was seen of this provider, and of no other', async () => {
    const provider = { host: 'provider.example', dialect: 'mountsea', stage: 'test' } as const;
    const seen = Array.from({ length: 20 }, () => 60);
    await table.store.addDurations(provider, 'upload', seen, now());
    await recordSession(table.store, { sessionId: 'learns', session: { provider } });
    const other = { ...provider, host: 'other.example' };
    await recordSession(table.store, { sessionId: 'elsewhere', session: { provider: other } });
    const times = async (sessionId: string) => {
      await prepare(sessionId, { script: { prepare: [{ sessionId: `p-${sessionId}` }] } }).done;
      return (await table.store.requireSession(sessionId)).checkTimes;
    };
    const learned = await times('learns');
    expect(learned?.learnedFrom).toEqual({ upload: 20 });
    expect(learned?.upload?.some((at) => at >= 60 && at < 64)).toBe(true);
    expect(await times('elsewhere')).toEqual({ upload: checksFor(settings.schedules.upload, 6) });
  });

  it('passes the refusal of the provider on by its name', async () => {
    await recordSession(table.store, { sessionId: 'refused' });
    const { done } = prepare('refused', { script: { prepare: [providerError('ProviderRefused', 'no')] } });
    await expect(done).rejects.toMatchObject({ name: 'ProviderRefused' });
  });

  it('waits as long as the provider asks when it has too much to do, comes round again, and opens one session', async () => {
    await recordSession(table.store, { sessionId: 'busy' });
    const away = providerError('ProviderThrottled', 'no', { retryAfter: 45 });
    const first = await prepare('busy', { script: { prepare: [away] } }).done;
    // 45 s, and spread over 20 s at the pace to which it slows down; chance is half of it here.
    expect(first).toEqual({ sessionId: 'busy', tracks: [], wait: 55, refusals: 1, verdict: 'waiting' });
    const { done } = prepare('busy', { input: first });
    expect(await done).toMatchObject({ verdict: 'done', tracks: { length: 6 } });
    const { session } = await table.store.require('busy');
    expect(session).toMatchObject({
      status: 'uploading',
      providerSessionId: 'p-busy',
      prepareCalls: 2,
      runs: 1,
    });
  });

  it('gives up after the allowed number of refusals', async () => {
    await recordSession(table.store, { sessionId: 'gives-up' });
    const input = { sessionId: 'gives-up', tracks: [], wait: 60, refusals: 5, verdict: 'waiting' };
    const { done } = prepare('gives-up', {
      input,
      script: { prepare: [providerError('ProviderThrottled', 'no')] },
    });
    await expect(done).rejects.toMatchObject({ name: 'ProviderThrottled' });
  });
});
