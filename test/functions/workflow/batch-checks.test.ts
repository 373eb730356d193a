import { beforeAll, describe, expect, it } from 'vitest';
import { trackIdAt } from '../../../functions/domain/new-session.ts';
import type { Session, Track } from '../../../functions/domain/session.ts';
import type { Provider } from '../../../functions/provider/provider.ts';
import { ChirpsmithError } from '../../../functions/shared/errors.ts';
import { prepareBatch } from '../../../functions/workflow/prepare-batch/prepare-batch.ts';
import { reconcileClips } from '../../../functions/workflow/reconcile-clips/reconcile-clips.ts';
import { arnOf, fakeExecutions } from '../../../test-support/fake-executions.ts';
import { openTable, recordSession, settings, testMoment } from '../../../test-support/session-records.ts';
import { providerError, scriptedProvider, statusOf } from '../../scripted-provider.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});

const now = () => testMoment;
const nobody = scriptedProvider({}).provider;
const failure = { error: 'ProviderRefused', reason: 'No.', at: testMoment } as const;
const record = (
  sessionId: string,
  session: Partial<Session>,
  track: (index: number) => Partial<Track> = () => ({}),
  count = 3,
) =>
  recordSession(table.store, {
    sessionId,
    count,
    session: { kind: 'batch', status: 'uploading', providerSessionId: `p-${sessionId}`, ...session },
    track: (index) => ({ trackId: trackIdAt(index, 'batch'), ...track(index) }),
  });

describe('Reconcile clips', () => {
  const clip = (index: number) => ({ status: 'done', clipId: `clip-${index}` }) as const;
  const compare = (sessionId: string, provider: Provider, wait = 0, waited = 0) =>
    reconcileClips({ sessionId, wait, waited }, { store: table.store, provider, settings, now });
  const listing = (...audioIds: string[]) =>
    scriptedProvider({ status: [statusOf('success', { audioIds })] }).provider;
  const { deadline } = settings.schedules.settle;
  const batchOf = async (sessionId: string) => (await table.store.requireSession(sessionId)).batch;

  it('of a ready batch makes no call, and keeps the time', async () => {
    await record('ready', { status: 'ready' }, clip);
    expect(await compare('ready', nobody, 5, 10)).toEqual({
      ...{ sessionId: 'ready', wait: 0, waited: 15 },
      verdict: 'done',
    });
  });

  it('names the status of a stopped session', async () => {
    await record('stopped', { status: 'cancelled' }, clip);
    await expect(compare('stopped', nobody)).rejects.toThrow('Session stopped is "cancelled".');
  });

  it.each([
    ['a clip of ours is not listed', ['clip-0', 'clip-1']],
    ['a clip is listed that is not ours', ['clip-0', 'clip-1', 'clip-2', 'strange']],
  ])('asks again until its time is over when %s', async (title, ids) => {
    const sessionId = `differs-${ids.length}`;
    await record(sessionId, {}, clip);
    expect(await compare(sessionId, listing(...ids), 5, 10), title).toEqual({
      ...{ sessionId, wait: 15, waited: 15 },
      verdict: 'waiting',
    });
    expect(await compare(sessionId, listing(...ids), deadline - 1)).toMatchObject({ verdict: 'waiting' });
    expect(await compare(sessionId, listing(...ids), deadline)).toEqual({
      ...{ sessionId, wait: 0, waited: deadline },
      verdict: 'done',
    });
  });

  it('asks again when no list could be read, and at the end says why', async () => {
    await record('away', {}, clip);
    const away = () => scriptedProvider({ status: [providerError('ProviderUnreachable', 'no')] }).provider;
    expect(await compare('away', away())).toMatchObject({ verdict: 'waiting' });
    await compare('away', away(), deadline);
    const none = { count: 0, first: [] };
    expect((await batchOf('away'))?.list).toEqual({
      ...{ unread: 'ProviderUnreachable in a test', notListed: none, notOurs: none },
    });
    await recordSession(table.store, {
      sessionId: 'unopened',
      session: { kind: 'batch', status: 'uploading' },
      track: clip,
    });
    await compare('unopened', nobody, deadline);
    expect((await batchOf('unopened'))?.list.unread).toBe('There is no session at the provider.');
  });

  it('lets an error out that is no response of the provider', async () => {
    await record('key', {}, clip);
    const denied = new ChirpsmithError('AccessDenied', 'may not read the secret');
    const { provider } = scriptedProvider({ status: [denied] });
    await expect(compare('key', provider)).rejects.toBe(denied);
  });

  it('names the first twenty of many clips that are not listed, and how many there are', async () => {
    await record('many', {}, clip, 22);
    await compare('many', listing(), deadline);
    const list = (await batchOf('many'))?.list;
    expect(list?.notListed.count).toBe(22);
    expect(list?.notListed.first).toEqual(Array.from({ length: 20 }, (_, index) => `clip-${index}`));
  });

  it('counts copies neither as clips nor as missing, and forgets an earlier failure', async () => {
    const copy = { status: 'duplicate', duplicateOf: '00001' } as const;
    await record('copies', { failure }, (index) => (index === 2 ? copy : clip(index)));
    await compare('copies', listing('clip-0', 'clip-1'));
    const session = await table.store.requireSession('copies');
    expect(session).toMatchObject({ status: 'ready', batch: { clips: 2, missing: 0 } });
    expect(session).not.toHaveProperty('failure');
  });

  it.each(['declared', 'submitting', 'submitted'] as const)(
    'does not end a batch with a file that is %s, and names it',
    async (status) => {
      const sessionId = `left-${status}`;
      await record(sessionId, {}, (index) => (index === 2 ? { status } : clip(index)));
      await expect(compare(sessionId, listing('clip-0', 'clip-1'))).rejects.toMatchObject({
        name: 'Unexpected',
        summary: '1 of 3 files were left unfinished; a resume goes on with them.',
        problems: [{ where: 'song 3.mp3', message: `was left "${status}"` }],
      });
      const session = await table.store.requireSession(sessionId);
      expect(session).toMatchObject({ status: 'uploading', batch: { clips: 2, missing: 1 } });
    },
  );

  it('names the first twenty of many files that were left, or that have no clip', async () => {
    await record('left', {}, () => ({}), 22);
    await expect(compare('left', listing())).rejects.toMatchObject({ problems: { length: 20 } });
    await record('none', {}, () => ({ status: 'rejected' }), 22);
    await expect(compare('none', listing())).rejects.toMatchObject({
      name: 'NotEnoughClips',
      summary: 'None of the 22 files became a clip.',
      problems: Array.from({ length: 20 }, (_, index) => ({
        where: `song ${index + 1}.mp3`,
        message: 'has no clip',
      })),
    });
  });

  it('does not report what stopped an earlier run', async () => {
    const stopped = { error: 'ProviderAuth', reason: 'No key.', at: testMoment, run: 1 } as const;
    await record('earlier', { runs: 2, stopped });
    await expect(compare('earlier', listing())).rejects.toMatchObject({ name: 'Unexpected' });
  });
});

describe('Prepare batch', () => {
  const prepare = (
    sessionId: string,
    provider: Provider = nobody,
    input: unknown = { sessionId },
    limits: Partial<typeof settings.limits> = {},
  ) =>
    prepareBatch(
      { execution: { Id: arnOf(`${sessionId}-1`), Name: 'run' }, input },
      {
        ...{ store: table.store, provider, now, bucket: 'audio', audioWay: { check: async () => {} } },
        settings: { ...settings, limits: { ...settings.limits, ...limits } },
        executions: fakeExecutions().executions,
        lists: { read: async () => ({ folder: '', files: [] }) },
        random: () => 0,
      },
    );
  const opening = (sessionId: string) => scriptedProvider({ openBatch: [{ sessionId }] }).provider;
  const nothing = { tracks: [], wait: 0, refusals: 0, verdict: 'done' };
  const problemsOf = async (input: unknown) => {
    const refused: unknown = await prepare('wrong', nobody, input).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      name: 'BadInput',
      summary: 'The input of the execution cannot be used.',
    });
    return refused instanceof ChirpsmithError ? refused.problems : undefined;
  };

  it('of a session without files says so', async () => {
    await record('empty', { status: 'preparing' }, undefined, 0);
    await expect(prepare('empty')).rejects.toMatchObject({
      name: 'NotPossible',
      message: 'Session empty has no files.',
    });
  });

  it('resumed, goes on in the session at the provider with what has no clip yet', async () => {
    const tracks: Partial<Track>[] = [
      { status: 'done', clipId: 'clip' },
      { status: 'failed', failure },
      { status: 'failed', failure: { ...failure, permanent: true } },
      { status: 'duplicate', duplicateOf: '00001' },
      { status: 'rejected', failure },
      { status: 'submitted', taskId: 'task' },
    ];
    await record('resumed', { status: 'failed' }, (index) => tracks[index] ?? {}, tracks.length);
    expect((await prepare('resumed')).tracks).toEqual(['00002', '00005', '00006']);
    expect((await table.store.requireSession('resumed')).status).toBe('uploading');
  });

  it('of a batch that is ready hands on nothing, not even a file that was rejected', async () => {
    await record('ready-again', { status: 'ready' }, (index) =>
      index === 0 ? { status: 'rejected', failure } : {},
    );
    expect(await prepare('ready-again')).toEqual({ ...nothing, sessionId: 'ready-again' });
  });

  it('that runs again after its answer was lost finds everything done, and writes nothing', async () => {
    const copy = { status: 'duplicate', duplicateOf: '00001' } as const;
    await record('again', { status: 'preparing' }, (index) => ({ sha256: 'a', ...(index > 0 && copy) }));
    const first = await prepare('again');
    const written = await table.store.require('again');
    expect(await prepare('again')).toEqual(first);
    expect(await table.store.require('again')).toEqual(written);
  });

  it('leaves a copy as it is where the file that it is a copy of failed', async () => {
    const tracks: Partial<Track>[] = [
      { status: 'failed', failure, sha256: 'a' },
      { status: 'duplicate', duplicateOf: '00001', sha256: 'a' },
    ];
    await record('led-by-none', { status: 'preparing' }, (index) => tracks[index] ?? {}, 2);
    expect((await prepare('led-by-none')).tracks).toEqual(['00001']);
    expect((await table.store.require('led-by-none')).tracks[1]).toMatchObject({ duplicateOf: '00001' });
  });

  it('uploads a file whose bytes only a copy before it has', async () => {
    const tracks: Partial<Track>[] = [
      { status: 'duplicate', duplicateOf: '00009', sha256: 'a' },
      { sha256: 'a' },
    ];
    await record('led-by-copy', { status: 'preparing' }, (index) => tracks[index] ?? {}, 2);
    expect((await prepare('led-by-copy')).tracks).toEqual(['00002']);
    expect((await table.store.require('led-by-copy')).tracks[0]).toMatchObject({ duplicateOf: '00002' });
  });

  it('gives a session of the console to the owner whom a person names there', async () => {
    await record('given', { status: 'failed', owner: 'console' });
    await prepare('given', nobody, { sessionId: 'given', owner: 'ana' });
    expect((await table.store.requireSession('given')).owner).toBe('ana');
    for (const owner of ['', 'x'.repeat(129)]) {
      await expect(prepare('given', nobody, { sessionId: 'given', owner })).rejects.toThrow('input');
    }
  });

  it('goes by the state of the machine only where that says that it was throttled', async () => {
    await record('state', { status: 'preparing' });
    const state = { ...nothing, sessionId: 'state' };
    expect(await prepare('state', nobody, { ...state, verdict: 'waiting' })).toMatchObject({
      verdict: 'done',
    });
    await expect(prepare('state', nobody, state)).rejects.toMatchObject({ name: 'BadInput' });
  });

  it('of console input takes as many files as a batch may have, and no more', async () => {
    const audio = ['s3://audio/1.wav', 's3://audio/2.wav', 's3://audio/3.wav'];
    const most = { name: 'Most', audio };
    const { tracks } = await prepare('most', opening('p-most'), most, { maxBatchFiles: 3 });
    expect(tracks).toHaveLength(3);
    await expect(prepare('more', nobody, most, { maxBatchFiles: 2 })).rejects.toThrow(
      'audio: lists 3 files: give 1 to 2',
    );
  });

  it('makes no file a copy of one that was rejected, failed or is a copy itself, and touches none that is done', async () => {
    const tracks: Partial<Track>[] = [
      { status: 'rejected', failure, sha256: 'a' },
      { sha256: 'a' },
      { status: 'failed', failure, sha256: 'b' },
      { sha256: 'b' },
      { status: 'done', clipId: 'clip', sha256: 'b' },
      {},
      {},
    ];
    await record('leads', { status: 'preparing' }, (index) => tracks[index] ?? {}, tracks.length);
    expect((await prepare('leads')).tracks).toEqual(['00001', '00002', '00003', '00004', '00006', '00007']);
    const after = (await table.store.require('leads')).tracks;
    expect(after.map(({ duplicateOf }) => duplicateOf)).toEqual(Array(7).fill(undefined));
    expect(after[4]?.status).toBe('done');
  });

  it('sees a balance that is too small before anything is sent', async () => {
    await record('poor', { status: 'preparing' });
    const { provider } = scriptedProvider({ credits: [2] });
    await expect(prepare('poor', provider)).rejects.toThrow(
      'Going on would cost about 3 credits, and the account has 2: 1 more are needed.',
    );
  });

  it('throttled, returns the count of refusals and no files, and gives up in the end', async () => {
    await recordSession(table.store, {
      sessionId: 'busy',
      count: 1,
      session: { kind: 'batch', status: 'preparing' },
    });
    const away = () => scriptedProvider({ openBatch: [providerError('ProviderThrottled', 'no')] }).provider;
    const first = await prepare('busy', away());
    expect(first).toEqual({ ...nothing, sessionId: 'busy', wait: 10, refusals: 1, verdict: 'waiting' });
    expect(await prepare('busy', away(), first)).toMatchObject({ wait: 20, refusals: 2 });
    const last = { ...first, refusals: settings.limits.prepareCalls - 1 };
    await expect(prepare('busy', away(), last)).rejects.toMatchObject({ name: 'ProviderThrottled' });
    expect((await table.store.requireSession('busy')).prepareCalls).toBe(3);
  });

  it('of console input has no owner, under the name without its blanks, and skips what cannot be used', async () => {
    const input = { name: ' Voices ', audio: ['s3://audio/one.wav'] };
    const { sessionId } = await prepare('by-hand', opening('p-by-hand'), input);
    expect(await table.store.requireSession(sessionId)).toMatchObject({
      ...{ name: 'Voices', owner: 'console', startedBy: 'console', skipInvalid: true, declared: 1 },
    });
  });

  it('of console input names every problem, each by its field', async () => {
    const name = 'Voices';
    expect(await problemsOf({ name, audio: [] })).toEqual([
      { where: 'audio', message: `lists 0 files: give 1 to ${settings.limits.maxBatchFiles}` },
    ]);
    expect((await problemsOf({ name: '', audio: [] }))?.map(({ where }) => where)).toEqual(['name', 'audio']);
    expect(await problemsOf({ name })).toEqual([
      { where: 'audio', message: 'is required: the s3:// or https:// URL of each file' },
    ]);
    expect(await problemsOf({ name, audio: [], list: 'audio/0b/files.ab.json' })).toEqual([
      { where: 'list', message: 'replaces audio: leave out one of them' },
    ]);
    for (const [field, value] of Object.entries({
      kind: 'train',
      owner: '',
      startedBy: 'api',
      audio: 'one',
    })) {
      expect((await problemsOf({ name, audio: [], [field]: value }))?.map(({ where }) => where)).toEqual([
        field,
      ]);
    }
    expect((await problemsOf('Voices'))?.map(({ where }) => where)).toEqual(['input']);
  });

  it.each([
    'x/audio/0b/files.ab.json',
    'audio/0b/files.ab.json.txt',
    'audio/files.ab.json',
    'audio/0b/filesxab.json',
    'audio/0b/files..json',
    'audio/0B/files.ab.json',
    'audio//files.ab.json',
    'audio/0b/files.XY.json',
  ])('reads no list but one that the inbox wrote: %s', async (list) => {
    expect((await problemsOf({ name: 'Voices', list }))?.map(({ where }) => where)).toEqual(['list']);
  });
});
