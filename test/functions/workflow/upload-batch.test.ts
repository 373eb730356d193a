import { beforeAll, describe, expect, it } from 'vitest';
import { addFiles } from '../../../functions/api/add-files/add-files.ts';
import { trackIdAt } from '../../../functions/domain/new-session.ts';
import type { AudioSource, Track } from '../../../functions/domain/session.ts';
import type { FileList } from '../../../functions/storage/file-list.ts';
import { inspectFile } from '../../../functions/workflow/inspect-file/inspect-file.ts';
import { prepareBatch } from '../../../functions/workflow/prepare-batch/prepare-batch.ts';
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
const lists = new Map<string, FileList>();
const random = () => 0;
const going = { kind: 'batch', status: 'uploading', providerSessionId: 'provider' } as const;

/** A batch whose tracks have the ids of one. */
const record = (
  sessionId: string,
  session: object,
  track: (index: number) => Partial<Track> = () => ({}),
  count = 3,
) =>
  recordSession(table.store, {
    sessionId,
    count,
    session: { kind: 'batch', declared: count, ...session },
    track: (index) => ({ trackId: trackIdAt(index, 'batch'), ...track(index) }),
  });

const prepare = (sessionId: string, provider: ReturnType<typeof scriptedProvider>, input?: unknown) =>
  prepareBatch(
    { execution: { Id: arnOf(`${sessionId}-1`), Name: 'run' }, input: input ?? { sessionId } },
    {
      store: table.store,
      provider: provider.provider,
      executions: fakeExecutions().executions,
      lists: { read: async (key) => lists.get(key) ?? { folder: '', files: [] } },
      bucket: 'audio',
      audioWay: { check: async () => {} },
      settings,
      now,
      random,
    },
  );
let opens = 0;
const opened = () => scriptedProvider({ openBatch: [{ sessionId: `opened-${++opens}` }] });

describe('Prepare batch', () => {
  it('opens one session at the provider and hands on the ids of the files, and nothing else', async () => {
    await record('ids', {});
    const state = await prepare('ids', opened());
    expect(state).toEqual({
      sessionId: 'ids',
      tracks: ['00001', '00002', '00003'],
      wait: 0,
      refusals: 0,
      verdict: 'done',
    });
    expect(await table.store.requireSession('ids')).toMatchObject({
      status: 'uploading',
      providerSessionId: 'opened-1',
      prepareCalls: 1,
    });
  });

  it('sends the same bytes once, and looks again at what failed, but not for good, or was rejected', async () => {
    const failure = { error: 'ProviderRefused', reason: 'no', at: testMoment } as const;
    const tracks: Partial<Track>[] = [
      { status: 'done', clipId: 'clip', sha256: 'a' },
      { sha256: 'b' },
      { sha256: 'b' },
      { sha256: 'a' },
      { status: 'failed', failure, sha256: 'c' },
      { status: 'failed', failure: { ...failure, permanent: true }, sha256: 'd' },
      { status: 'rejected', failure, sha256: 'e' },
      { sha256: 'e' },
    ];
    await record('copies', { providerSessionId: 'provider' }, (index) => tracks[index] ?? {}, tracks.length);
    const provider = scriptedProvider({});
    expect((await prepare('copies', provider)).tracks).toEqual(['00002', '00005', '00007', '00008']);
    const copies = (await table.store.require('copies')).tracks.map(({ duplicateOf }) => duplicateOf);
    const none = undefined;
    expect(copies).toEqual([none, none, '00002', '00001', none, none, none, none]);
  });

  it('makes the copy of a file that is a copy itself, of one in an earlier request, a copy of the first', async () => {
    const tracks: Partial<Track>[] = [
      { sha256: 'a' },
      { sha256: 'a' },
      { status: 'duplicate', duplicateOf: '00002', sha256: 'a' },
    ];
    await record('chain', { providerSessionId: 'provider' }, (index) => tracks[index] ?? {}, tracks.length);
    expect((await prepare('chain', scriptedProvider({}))).tracks).toEqual(['00001']);
    const copies = (await table.store.require('chain')).tracks.map(({ duplicateOf }) => duplicateOf);
    expect(copies).toEqual([undefined, '00001', '00001']);
  });

  it('waits when the provider turns the session away, as long as it asks', async () => {
    await record('busy', {});
    const provider = scriptedProvider({
      openBatch: [providerError('ProviderThrottled', 'no', { retryAfter: 33 })],
    });
    expect(await prepare('busy', provider)).toMatchObject({
      verdict: 'waiting',
      wait: 33,
      refusals: 1,
      tracks: [],
    });
  });

  it('refuses a session of the other machine, and one whose files were declared by half', async () => {
    await recordSession(table.store, { sessionId: 'training' });
    await expect(prepare('training', opened())).rejects.toMatchObject({
      name: 'NotPossible',
      message: expect.stringContaining('train-model'),
    });
    await record('half', { declared: 5 });
    await expect(prepare('half', opened())).rejects.toThrow('has 3 of 5 declared files');
  });

  it('goes on when the files are declared that it said were missing', async () => {
    const { session } = await record('mended', { declared: 5 });
    const refused = 'has 3 of 5 declared files: declare the others again';
    await expect(prepare('mended', opened())).rejects.toThrow(refused);
    await table.store.changeSession('mended', () => ({ status: 'failed' }));
    const files = [4, 5].map((number) => ({
      name: `${number}.wav`,
      size: 9,
      sha256: `${number}`.repeat(64),
    }));
    const uploads = { put: async () => ({ url: 'https://b.example/', headers: {}, expiresInSeconds: 60 }) };
    const deps = {
      store: table.store,
      uploads,
      bucket: 'audio',
      audioWay: { check: async () => {} },
      settings,
      now: () => Date.parse(testMoment),
    };
    await addFiles('mended', session.owner, { from: 3, files }, deps);
    expect((await prepare('mended', opened())).tracks).toHaveLength(5);
  });

  it('makes a session of the list that the inbox wrote, in its order, in the name that the inbox gives', async () => {
    const list = 'audio/0b7c3f52-0000/files.ab12.json';
    lists.set(list, { folder: 'inbox/night drive/', files: ['b.mp3', 'a+1.wav'] });
    const given = { kind: 'batch', name: 'Voices', list, owner: 'studio', startedBy: 'manifest' };
    const { sessionId } = await prepare('listed', opened(), given);
    const { session, tracks } = await table.store.require(sessionId);
    expect(session).toMatchObject({ owner: 'studio', startedBy: 'manifest', runBy: 'manifest', declared: 2 });
    expect(tracks.map(({ file, source }) => ({ file, source }))).toEqual([
      { file: 'b.mp3', source: { bucket: 'audio', key: 'inbox/night drive/b.mp3' } },
      { file: 'a+1.wav', source: { bucket: 'audio', key: 'inbox/night drive/a+1.wav' } },
    ]);
    // Begun again, it goes by its record: the list is not asked for a second time.
    lists.delete(list);
    expect(await prepare('listed', opened(), given)).toMatchObject({ tracks: ['00001', '00002'] });
    const foreign = { ...given, list: 'music/0b7c3f52-0000/files.ab12.json' };
    await expect(prepare('foreign', opened(), foreign)).rejects.toMatchObject({ name: 'BadInput' });
  });

  it('makes a session of console input, and names what is wrong with it', async () => {
    const audio = ['s3://audio/one.wav', 's3://audio/two.wav'];
    const { sessionId, tracks } = await prepare('console', opened(), {
      kind: 'batch',
      name: 'Voices',
      audio,
    });
    expect(tracks).toEqual(['00001', '00002']);
    expect(await table.store.requireSession(sessionId)).toMatchObject({
      kind: 'batch',
      name: 'Voices',
    });
    const neither = prepare('wrong', opened(), { name: 'n' });
    await expect(neither).rejects.toThrow('audio: is required');
    const both = prepare('wrong', opened(), { name: 'n', audio, list: 'audio/0b/files.ab.json' });
    await expect(both).rejects.toThrow('list: replaces audio');
    const wrong = prepare('wrong', opened(), { name: '', audio: ['s3://other/x'], review: true });
    await expect(wrong).rejects.toMatchObject({
      name: 'BadInput',
      message: expect.stringContaining('review'),
    });
    const elsewhere = prepare('wrong', opened(), { name: 'n', audio: ['s3://other/x'] });
    await expect(elsewhere).rejects.toThrow('lies in other');
  });
});

describe('Inspect file', () => {
  const inspect = (inspection: object) => async () => ({ inspection, size: 1000, versionId: 'v1' }) as never;
  const usable = { usable: true, format: 'WAV', extension: 'wav', durationSeconds: 7 };
  const deps = (inspection: object) => ({
    store: table.store,
    inspect: inspect(inspection),
    hash: async () => 'f'.repeat(64),
    copy: async (source: AudioSource, key: string) => ({ ...source, key }),
    settings,
    now,
  });

  it('pins a usable file to the version that was seen, and rejects another with the reason, as data', async () => {
    await record('looks', going);
    await inspectFile({ sessionId: 'looks', trackId: '00001' }, deps(usable));
    await inspectFile(
      { sessionId: 'looks', trackId: '00002' },
      deps({ usable: false, reason: 'It is text.' }),
    );
    const { tracks } = await table.store.require('looks');
    expect(tracks[0]).toMatchObject({ status: 'declared', format: 'WAV', source: { versionId: 'v1' } });
    expect(tracks[1]).toMatchObject({ status: 'rejected', failure: { reason: 'It is text.' } });
  });

  it('touches nothing of a session that was stopped meanwhile', async () => {
    await record('stopped', { ...going, status: 'cancelled' });
    const looked = inspectFile({ sessionId: 'stopped', trackId: '00001' }, deps(usable));
    await expect(looked).rejects.toMatchObject({ name: 'NotPossible' });
  });
});

describe('Submit upload', () => {
  it('hands a file of a batch to the batch session', async () => {
    await record('hands', going);
    const provider = scriptedProvider({ addToBatch: [{ taskId: 'task' }] });
    const downloads = { get: async () => 'https://bucket.example/a' };
    const deps = {
      store: table.store,
      provider: provider.provider,
      downloads,
      settings,
      now,
      random,
      find: async <T>(source: T) => source,
    };
    await submitUpload({ sessionId: 'hands', trackId: '00001' }, deps);
    expect(provider.calls).toEqual([
      { call: 'addToBatch', request: { sessionId: 'provider', audioUrl: 'https://bucket.example/a' } },
    ]);
  });
});

describe('Reconcile clips', () => {
  const clips = (index: number) => ({ status: 'done', clipId: `clip ${index + 1}` }) as const;
  const compare = (sessionId: string, provider: ReturnType<typeof scriptedProvider>, wait = 0, waited = 0) =>
    reconcileClips(
      { sessionId, wait, waited },
      { store: table.store, provider: provider.provider, settings, now },
    );
  const listing = (...audioIds: string[]) =>
    scriptedProvider({ status: [statusOf('success', { audioIds })] });

  it('accepts equal lists, in any order', async () => {
    await record('same', going, clips);
    expect(await compare('same', listing('clip 3', 'clip 1', 'clip 2'))).toMatchObject({ verdict: 'done' });
    expect(await table.store.requireSession('same')).toMatchObject({
      status: 'ready',
      batch: { clips: 3, missing: 0, list: { listed: 3 } },
    });
  });

  it('asks again where they differ, and reports the difference at the deadline', async () => {
    await record('differs', going, clips);
    const other = () => listing('clip 1', 'clip 2', 'strange');
    expect(await compare('differs', other())).toMatchObject({ verdict: 'waiting', wait: 5 });
    expect(await compare('differs', other(), 30, 30)).toMatchObject({ verdict: 'done' });
    const { batch } = await table.store.requireSession('differs');
    expect(batch?.list).toEqual({
      listed: 3,
      notListed: { count: 1, first: ['clip 3'] },
      notOurs: { count: 1, first: ['strange'] },
    });
  });

  it('says that the list could not be read, and takes no success of the session for one', async () => {
    await record('unread', going, clips);
    const silent = scriptedProvider({ status: [statusOf('success')] });
    await compare('unread', silent, 60, 0);
    expect((await table.store.requireSession('unread')).batch?.list.unread).toBe('The answer holds no list.');
    await record('none', going, () => ({
      status: 'failed',
      failure: { error: 'ProviderRefused', reason: 'Copyright.', at: testMoment },
    }));
    await expect(compare('none', listing())).rejects.toMatchObject({
      name: 'NotEnoughClips',
      message: expect.stringContaining('Copyright.'),
    });
  });

  it('ends with some files failed, but not with some unfinished', async () => {
    const failure = { error: 'ProviderRefused', reason: 'no', at: testMoment } as const;
    await record('some', going, (index) => (index === 0 ? clips(0) : { status: 'failed', failure }));
    await compare('some', listing('clip 1'));
    expect(await table.store.requireSession('some')).toMatchObject({
      status: 'ready',
      batch: { missing: 2 },
    });
    await record('unfinished', going, (index) => (index === 0 ? clips(0) : { status: 'submitting' }));
    await expect(compare('unfinished', listing('clip 1'))).rejects.toThrow(
      '2 of 3 files were left unfinished',
    );
  });

  it('does not end a session that was cancelled meanwhile', async () => {
    await record('cancelled', { ...going, status: 'cancelled' }, clips);
    await expect(compare('cancelled', listing())).rejects.toMatchObject({ name: 'NotPossible' });
  });
});
