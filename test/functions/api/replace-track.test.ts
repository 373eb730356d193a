import { beforeAll, describe, expect, it } from 'vitest';
import { uploadAnswer } from '../../../functions/api/contract/track.ts';
import { type ReplaceTrackDeps, replaceTrack } from '../../../functions/api/replace-track/replace-track.ts';
import { route } from '../../../functions/api/replace-track/route.ts';
import type { Session, Track } from '../../../functions/domain/session.ts';
import { openTable, recordSession, settings, testMoment } from '../../../test-support/session-records.ts';
import { admitted } from '../../admitted.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});

const failure = { error: 'ProviderRefused', reason: 'Copyright.', permanent: true, at: testMoment } as const;
const rejected: Partial<Track> = {
  status: 'failed',
  source: { bucket: 'audio', key: 'elsewhere/old', versionId: 'v1' },
  size: 5,
  sha256: 'a'.repeat(64),
  format: 'MP3',
  durationSeconds: 3,
  warning: 'it is quiet',
  attempts: 2,
  calls: 7,
  taskId: 'task',
  submittedAt: testMoment,
  finishedAt: testMoment,
  failure,
};
const record = (sessionId: string, track: Partial<Track> = rejected, session: Partial<Session> = {}) =>
  recordSession(table.store, {
    sessionId,
    session: { status: 'failed', ...session },
    track: (index) => (index === 1 ? track : { status: 'done', clipId: `clip-${index}` }),
  });

/** Where the better file goes. */
const placeOf = (sessionId: string) => `audio/${sessionId}/002.${'b'.repeat(64)}.flac`;
const better = { name: 'better.flac', size: 1234, sha256: 'B'.repeat(64) };
const work = async (id: string, trackId: string, body: unknown, deps: ReplaceTrackDeps, subject = 'ana') =>
  replaceTrack({ id, trackId }, subject, admitted(route, { body }).body, deps);
function replace(sessionId: string, body: unknown = better, trackId = '002', subject = 'ana') {
  const signed: object[] = [];
  const uploads = {
    put: async (object: { key: string; size: number; sha256: string }) => {
      signed.push(object);
      return { url: `https://example.com/${object.key}`, headers: { 'x-a': '1' }, expiresInSeconds: 60 };
    },
  };
  const now = () => Date.parse(testMoment);
  const deps = { store: table.store, uploads, bucket: 'audio', settings, now };
  return { signed, done: work(sessionId, trackId, body, deps, subject) };
}

describe('PUT /sessions/{id}/tracks/{trackId}', () => {
  it('signs one upload, for exactly the declared bytes, at a place of its own', async () => {
    await record('sign');
    const { signed, done } = replace('sign');
    expect(uploadAnswer.parse(await done)).toEqual({
      trackId: '002',
      file: 'better.flac',
      sha256: 'b'.repeat(64),
      method: 'PUT',
      url: `https://example.com/${placeOf('sign')}`,
      headers: { 'x-a': '1' },
      expiresAt: '2026-11-21T03:01:00.000Z',
    });
    expect(signed).toEqual([{ key: placeOf('sign'), size: 1234, sha256: 'b'.repeat(64) }]);
  });

  it('resets the track: nothing of the old file stays but its cost', async () => {
    const { tracks } = await record('fresh');
    await replace('fresh').done;
    const after = await table.store.require('fresh');
    const { run, attemptsAllowed, version } = tracks[1] ?? { version: 0 };
    expect(after.tracks[1]).toEqual({
      sessionId: 'fresh',
      trackId: '002',
      file: 'better.flac',
      source: { bucket: 'audio', key: placeOf('fresh') },
      size: 1234,
      sha256: 'b'.repeat(64),
      status: 'declared',
      version: version + 1,
      run,
      attempts: 2,
      attemptsBefore: 2,
      attemptsAllowed,
      lostAnswers: 0,
      calls: 7,
    });
    expect(after.tracks.filter((_, index) => index !== 1)).toEqual(tracks.filter((_, index) => index !== 1));
  });

  it.each(['declared', 'rejected', 'failed', 'duplicate'] as const)(
    'takes the place of a track that is %s',
    async (status) => {
      await record(`may-${status}`, { status, ...(status === 'duplicate' ? { duplicateOf: '001' } : {}) });
      await replace(`may-${status}`).done;
      const track = await table.store.requireTrack(`may-${status}`, '002');
      expect(track).toMatchObject({ status: 'declared', file: 'better.flac' });
      expect(track).not.toHaveProperty('duplicateOf');
    },
  );

  it('leaves no copy of the old file behind that would be taken for a copy of the new one', async () => {
    const batch = {
      clips: 5,
      missing: 1,
      list: { listed: 5, notListed: { count: 0, first: [] }, notOurs: { count: 0, first: [] } },
    };
    const source = { bucket: 'audio', key: 'audio/with-copies/002' };
    const declaredCopy = { status: 'duplicate', duplicateOf: '002', source } as const;
    await recordSession(table.store, {
      sessionId: 'with-copies',
      session: { kind: 'batch', status: 'ready', batch },
      track: (index) => (index === 1 ? rejected : index > 3 ? declaredCopy : { status: 'done' }),
    });
    await replace('with-copies').done;
    const { session, tracks } = await table.store.require('with-copies');
    for (const copy of tracks.slice(4)) {
      expect(copy).toMatchObject({ status: 'failed', failure, source });
      expect(copy).not.toHaveProperty('duplicateOf');
    }
    // Two files more that a resume is there for.
    expect(session.batch).toEqual({ ...batch, missing: 3 });
  });

  it.each<[string, Track['failure'], Partial<Track>]>([
    ['tried in its place', undefined, { status: 'declared' }],
    [
      'refused as it was, where the provider refused its bytes for good',
      failure,
      { status: 'failed', failure },
    ],
  ])('a copy keeps the bytes that it was declared with, and is %s', async (_, before, expected) => {
    const sessionId = `own-${expected.status}`;
    const sources = [
      { bucket: 'audio', key: 'inbox/night/copy.mp3', versionId: 'v1' },
      { bucket: 'audio', key: `audio/${sessionId}/002.${'a'.repeat(64)}` },
    ] as const;
    await recordSession(table.store, {
      sessionId,
      session: { status: 'failed' },
      track: (index) => {
        const source = sources[index - 3];
        if (source) return { status: 'duplicate', duplicateOf: '002', format: 'MP3', source };
        return index === 1 ? { ...rejected, failure: before } : { status: 'done', clipId: `clip-${index}` };
      },
    });
    await replace(sessionId).done;
    const { tracks } = await table.store.require(sessionId);
    for (const [index, source] of sources.entries()) {
      expect(tracks[index + 3]).toMatchObject({ ...expected, source });
      expect(tracks[index + 3]).not.toHaveProperty('duplicateOf');
    }
  });

  it('of a batch that has all its clips, makes it one that a resume can go on with', async () => {
    const none = { count: 0, first: [] };
    const batch = { clips: 5, missing: 0, list: { listed: 5, notListed: none, notOurs: none } };
    await record(
      'whole',
      { status: 'duplicate', duplicateOf: '001' },
      { kind: 'batch', status: 'ready', batch },
    );
    await replace('whole').done;
    expect((await table.store.requireSession('whole')).batch).toEqual({ ...batch, missing: 1 });
  });

  it.each<[string, Partial<Track>, Partial<Session>]>([
    ['a track that has its clip', { status: 'done', clipId: 'c' }, {}],
    ['a track that the provider works on', { status: 'submitted', taskId: 't' }, {}],
    ['a track whose answer was lost', { status: 'submitting' }, {}],
    ['any track while a run goes on', rejected, { status: 'uploading' }],
    [
      'any track after create was called',
      rejected,
      { create: { fence: 'unknown', calls: 1, earlier: [], checks: 0 } },
    ],
  ])('may not replace %s', async (title, track, session) => {
    const sessionId = title.replaceAll(' ', '-');
    const { tracks } = await record(sessionId, track, session);
    const { done, signed } = replace(sessionId);
    await expect(done).rejects.toMatchObject({
      name: 'NotPossible',
      message: expect.stringContaining(`the track "${track.status}"`),
    });
    expect(signed).toEqual([]);
    expect((await table.store.require(sessionId)).tracks).toEqual(tracks);
  });

  it.each([
    ['an empty file', { ...better, size: 0 }, 'better.flac'],
    ['a file that is too large', { ...better, size: settings.limits.maxBytes + 1 }, 'better.flac'],
    ['a digest that is none', { ...better, sha256: 'xyz' }, 'sha256'],
    ['no body', undefined, 'body'],
  ])('refuses %s, saying where the fault is', async (title, body, where) => {
    const sessionId = title.replaceAll(' ', '-');
    const { tracks } = await record(sessionId);
    await expect(work(sessionId, '002', body, depsWithoutUploads)).rejects.toMatchObject({
      name: 'BadInput',
      problems: [expect.objectContaining({ where })],
    });
    expect((await table.store.require(sessionId)).tracks).toEqual(tracks);
  });

  it("finds neither another owner's session nor a missing track", async () => {
    await record('hers');
    await expect(replace('hers', better, '002', 'bea').done).rejects.toMatchObject({
      name: 'SessionNotFound',
    });
    await expect(replace('hers', better, '099').done).rejects.toMatchObject({ name: 'SessionNotFound' });
  });
});

const depsWithoutUploads = {
  get store() {
    return table.store;
  },
  uploads: {
    put: async () => {
      throw new Error('Nothing is to be signed.');
    },
  },
  bucket: 'audio',
  settings,
  now: () => Date.parse(testMoment),
};
