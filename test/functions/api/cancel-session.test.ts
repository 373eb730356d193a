import { beforeAll, describe, expect, it } from 'vitest';
import { cancelSession } from '../../../functions/api/cancel-session/cancel-session.ts';
import type { Session, Track } from '../../../functions/domain/session.ts';
import type { WholeSessionStore } from '../../../functions/domain/session-records.ts';
import { startRun } from '../../../functions/domain/start-run.ts';
import { createModel } from '../../../functions/workflow/create-model/create-model.ts';
import { submitUpload } from '../../../functions/workflow/submit-upload/submit-upload.ts';
import { arnOf, fakeExecutions, withIntruder } from '../../../test-support/fake-executions.ts';
import { openTable, recordSession, settings, testMoment } from '../../../test-support/session-records.ts';
import { scriptedProvider } from '../../scripted-provider.ts';

const now = () => Date.parse(testMoment);
let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});

const record = (
  sessionId: string,
  session: Partial<Session> = {},
  track?: (index: number) => Partial<Track>,
) =>
  recordSession(table.store, {
    sessionId,
    session: { status: 'uploading', runs: 1, executionArn: arnOf(`${sessionId}-1`), ...session },
    ...(track ? { track } : {}),
  });
const cancel = (
  sessionId: string,
  { executions }: ReturnType<typeof fakeExecutions>,
  { store = table.store, at = now() } = {},
) => cancelSession(sessionId, 'ana', { store, executions, settings, now: () => at });
const create = (fence: Session['create']['fence']) => ({ fence, calls: 1, earlier: [], checks: 0 });
const stored = (sessionId: string) => table.store.requireSession(sessionId);

describe('POST /sessions/{id}/cancel', () => {
  it('stops the execution and says that a person did it', async () => {
    await record('stop');
    const machine = fakeExecutions({ 'stop-1': 'running' });
    expect(await cancel('stop', machine)).toMatchObject({
      status: 'cancelled',
      actions: ['resume'],
      failure: { error: 'Cancelled', reason: expect.stringContaining('A resume goes on from here.') },
    });
    expect(machine.stopped).toEqual([arnOf('stop-1')]);
    expect(await stored('stop')).toMatchObject({ status: 'cancelled', failure: { at: testMoment } });
  });

  it.each<[string, Partial<Session>, Track['status'][], string]>([
    ['nothing was sent', {}, ['declared', 'done', 'failed'], 'Nothing runs at the provider.'],
    ['an upload runs', {}, ['submitted', 'done'], 'Still running at the provider: 1 upload.'],
    [
      'music is paid',
      { kind: 'music', status: 'generating', create: create('submitted') },
      [],
      'Still running at the provider: the music, which is paid.',
    ],
    [
      'uploads and a training run',
      { status: 'training', create: create('submitted') },
      ['submitted', 'done'],
      'Cancelled. Still running at the provider: 1 upload and the training, which is paid. A resume goes on from here.',
    ],
    ['uploads run', {}, ['submitted', 'submitting', 'done'], 'Still running at the provider: 2 uploads.'],
    [
      'the training is paid',
      { status: 'training', create: create('submitted') },
      ['done'],
      'Still running at the provider: the training, which is paid.',
    ],
    [
      'create is on its way',
      { status: 'creating', create: create('intent') },
      ['done'],
      'Still running at the provider: perhaps the training, which may have been paid.',
    ],
    [
      'the answer to create was lost',
      { status: 'creating', create: create('unknown') },
      ['done'],
      'perhaps the training, which may have been paid.',
    ],
  ])('leaves a true record when %s', async (title, session, statuses, words) => {
    const sessionId = title.replaceAll(' ', '-');
    await record(sessionId, session, (index) => ({ status: statuses[index] ?? 'done' }));
    const answer = await cancel(sessionId, fakeExecutions({ [`${sessionId}-1`]: 'running' }));
    expect(answer.failure?.reason).toContain(words);
    const after = await table.store.require(sessionId);
    expect(after.session.create).toEqual(session.create ?? { ...create('none'), calls: 0 });
    expect(after.tracks.slice(0, statuses.length).map(({ status }) => status)).toEqual(statuses);
  });

  it('a second time changes nothing', async () => {
    await record('twice');
    const machine = fakeExecutions({ 'twice-1': 'running' });
    await cancel('twice', machine);
    const first = await stored('twice');
    expect(await cancel('twice', machine, { at: now() + 60_000 })).toMatchObject({ status: 'cancelled' });
    expect(await stored('twice')).toEqual(first);
    expect(machine.stopped).toHaveLength(1);
  });

  it.each(['open', 'review', 'interrupted'] as const)(
    'ends a session that is %s, although nothing runs',
    async (status) => {
      await record(`idle-${status}`, { status });
      const machine = fakeExecutions();
      expect(await cancel(`idle-${status}`, machine)).toMatchObject({ status: 'cancelled' });
      expect(machine.stopped).toEqual([]);
    },
  );

  it.each(['ready', 'failed', 'needs-decision', 'abandoned'] as const)(
    'refuses a session that has ended as %s, in words that say so',
    async (status) => {
      const { session } = await record(`over-${status}`, { status });
      await expect(cancel(`over-${status}`, fakeExecutions())).rejects.toMatchObject({
        name: 'NotPossible',
        message: `The session is "${status}": there is nothing to cancel.`,
      });
      expect(await stored(`over-${status}`)).toEqual(session);
    },
  );

  it('a model that comes at the last moment is not thrown away', async () => {
    await record('late', { status: 'training', create: create('submitted') });
    const store = withIntruder(table.store, 'changeSession', async () =>
      table.store.updateSession(await stored('late'), { status: 'ready', modelId: 'chirp-custom:1' }),
    );
    const cancelled = cancel('late', fakeExecutions({ 'late-1': 'running' }), { store });
    await expect(cancelled).rejects.toMatchObject({ name: 'NotPossible' });
    expect(await stored('late')).toMatchObject({ status: 'ready', modelId: 'chirp-custom:1' });
  });

  it('also stops a run that started meanwhile', async () => {
    await record('chase');
    const machine = fakeExecutions({ 'chase-1': 'running' });
    const { executions } = machine;
    const store = withIntruder(table.store, 'changeSession', () =>
      startRun('chase', { store: table.store, executions, now }),
    );
    expect(await cancel('chase', machine, { store })).toMatchObject({ status: 'cancelled' });
    expect(machine.stopped).toEqual([arnOf('chase-1'), arnOf('chase-2')]);
    expect(await executions.executionStatus(arnOf('chase-2'))).toBe('ended');
  });

  it('gives up when a new run starts each time, and says so', async () => {
    await record('busy', { executionArn: undefined });
    let runs = 0;
    const store: WholeSessionStore = {
      ...table.store,
      async changeSession(...given) {
        runs++;
        await table.store.changeSession('busy', () => ({ executionArn: arnOf(`busy-${runs}`) }));
        return table.store.changeSession(...given);
      },
    };
    const machine = fakeExecutions();
    await expect(cancel('busy', machine, { store })).rejects.toMatchObject({
      name: 'RecordConflict',
      message: 'Somebody else starts the session again and again.',
    });
    // The first had no execution yet.
    expect(machine.stopped).toEqual([arnOf('busy-1'), arnOf('busy-2')]);
    expect(await stored('busy')).toMatchObject({ status: 'uploading' });
  });

  it('what the stopped execution had called on its way sends and buys nothing any more', async () => {
    await record('on-its-way', { providerSessionId: 'p1' }, (index) =>
      index === 0 ? { status: 'declared' } : { status: 'done', clipId: `clip-${index}` },
    );
    await cancel('on-its-way', fakeExecutions());
    const { provider, calls } = scriptedProvider({});
    const deps = {
      store: table.store,
      provider,
      settings: { ...settings, limits: { ...settings.limits, minClips: 5 } },
      downloads: { get: async () => 'https://example.com/audio' },
      find: async <T>(source: T) => source,
      now: () => testMoment,
      random: () => 0.5,
    };
    const sessionId = 'on-its-way';
    await expect(submitUpload({ sessionId, trackId: '001' }, deps)).rejects.toMatchObject({
      name: 'NotPossible',
    });
    await expect(createModel({ sessionId }, deps)).rejects.toMatchObject({ name: 'NotPossible' });
    expect(calls).toEqual([]);
    expect(await table.store.require(sessionId)).toMatchObject({
      session: { status: 'cancelled', create: { fence: 'none', calls: 0 } },
      tracks: [{ status: 'declared', attempts: 0 }, {}, {}, {}, {}, {}],
    });
  });

  it("does not find another owner's session", async () => {
    await record('hers', { owner: 'bea' });
    const machine = fakeExecutions({ 'hers-1': 'running' });
    await expect(cancel('hers', machine)).rejects.toMatchObject({ name: 'SessionNotFound' });
    expect(machine.stopped).toEqual([]);
  });
});
