import { beforeAll, describe, expect, it } from 'vitest';
import { timelineAnswer } from '../../../functions/api/contract/timeline.ts';
import { getTimeline } from '../../../functions/api/get-timeline/get-timeline.ts';
import { trackIdAt } from '../../../functions/domain/new-session.ts';
import { createWholeSessionStore } from '../../../functions/storage/whole-session-store.ts';
import { checkUpload } from '../../../functions/workflow/check-upload/check-upload.ts';
import { submitUpload } from '../../../functions/workflow/submit-upload/submit-upload.ts';
import { openTable, recordSession, settings, testMoment } from '../../../test-support/session-records.ts';
import { providerError, reachesAudio, scriptedProvider, statusOf } from '../../scripted-provider.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});

const began = Date.parse(testMoment);
const moment = (seconds: number) => new Date(began + seconds * 1000).toISOString();
const timelineOf = async (sessionId: string, { at = 100, after }: { at?: number; after?: string } = {}) => {
  const deps = { store: table.store, settings, now: () => began + at * 1000, speed: 1 };
  const { answer, retryAfter } = await getTimeline(sessionId, 'ana', deps, after);
  return { answer: timelineAnswer.parse(answer), retryAfter };
};

/** A track through its states, each at a second of its own. */
async function played(sessionId: string, script: Parameters<typeof scriptedProvider>[0]) {
  const session = { providerSessionId: `p-${sessionId}`, status: 'uploading', runs: 1 } as const;
  await recordSession(table.store, { sessionId, count: 1, session });
  const { provider } = scriptedProvider(script);
  const clock = { seconds: 0 };
  const deps = {
    store: table.store,
    provider,
    audioWay: reachesAudio,
    downloads: { get: async () => 'https://bucket.example/a.mp3?signature=secret' },
    find: async (source: { bucket: string; key: string }) => source,
    settings,
    now: () => moment(clock.seconds),
    random: () => 0.5,
  };
  const ids = { sessionId, trackId: '001' };
  let state: object = {};
  return {
    async submit(at: number) {
      clock.seconds = at;
      state = await submitUpload({ ...state, ...ids }, deps);
    },
    async check(at: number) {
      clock.seconds = at;
      const position = { wait: 0, waited: 0, total: 0, checks: 0, refusals: 0, verdict: 'waiting' } as const;
      state = await checkUpload({ ...position, ...state, ...ids }, deps);
    },
  };
}

describe('GET /sessions/{id}/timeline', () => {
  it('tells the way of a file: throttled, sent again, checked, done, by our clock and the provider’s', async () => {
    const provider = { createdAt: '2020-01-01T00:00:00.000Z', finishAt: '2020-01-01T00:00:17.000Z' };
    const one = await played('way', {
      upload: [
        providerError('ProviderThrottled', 'no', { status: 429, reason: 'Slow down.' }),
        { taskId: 't1' },
      ],
      status: [statusOf('running'), statusOf('success', { clipId: 'clip-1', provider })],
    });
    await one.submit(2);
    await one.submit(12);
    await one.check(24);
    await one.check(30.5);
    const { answer } = await timelineOf('way');
    expect(answer.rows[0]?.calls).toEqual([
      {
        call: 'upload',
        at: 2,
        until: 2,
        answer: 'throttled',
        charge: 'not',
        credits: 1,
        words: 'Slow down.',
      },
      {
        call: 'upload',
        at: 12,
        until: 12,
        answer: 'taken',
        charge: 'surely',
        credits: 1,
        checks: [24, 30.5],
        provider,
        providerDoneAt: 29,
        end: { at: 30.5, result: 'done' },
      },
    ]);
    expect(answer.money).toMatchObject({ surely: 1, perhaps: 0 });
    expect(JSON.stringify(answer)).not.toContain('signature');
  });

  it('tells a lost answer as perhaps taken, apart from what was surely taken', async () => {
    const lost = providerError('ProviderAnswerLost', 'unknown');
    const one = await played('lost', { upload: [lost, { taskId: 't2' }] });
    await one.submit(1);
    await one.submit(11);
    const { answer, retryAfter } = await timelineOf('lost', { at: 15 });
    expect(answer.money).toMatchObject({ surely: 1, perhaps: 1 });
    expect(answer.rows[0]).toMatchObject({
      status: 'submitted',
      calls: [
        { answer: 'lost', charge: 'perhaps', words: 'ProviderAnswerLost in a test' },
        { answer: 'taken', charge: 'surely' },
      ],
      next: 28,
    });
    expect(retryAfter).toBe(13);
  });

  it('tells what the account had left, where that was read', async () => {
    const balances = [{ at: moment(3), credits: 9775 }];
    await recordSession(table.store, {
      sessionId: 'left',
      count: 1,
      session: { journal: { calls: [], turns: [], balances } },
    });
    expect((await timelineOf('left')).answer.balances).toEqual([{ at: 3, credits: 9775 }]);
  });

  it('tells beside a session at rest how long the provider usually takes, and asks nothing more while one runs', async () => {
    const { session } = await recordSession(table.store, { sessionId: 'usual', count: 1 });
    const { provider } = await table.store.updateSession(session, {
      provider: { host: 'usual.example', dialect: 'mountsea', stage: 'test' },
    });
    await table.store.addDurations(provider, 'upload', [8, 9, [9, 11], 12, 40], testMoment);
    await table.store.addDurations(provider, 'training', [130, 140, 150], testMoment);
    expect((await timelineOf('usual')).answer.usual).toEqual({ upload: { tasks: 5, from: 9, to: 12 } });
    await table.store.updateSession(await table.store.requireSession('usual'), {
      status: 'preparing',
      runs: 1,
    });
    expect((await timelineOf('usual')).answer.usual).toBeUndefined();
  });

  it('tells the words of a refusal that came with a check', async () => {
    const failReason = 'Uploaded audio matches existing work of art.';
    const one = await played('refused', {
      upload: [{ taskId: 't3' }],
      status: [statusOf('failed', { failReason })],
    });
    await one.submit(1);
    await one.check(13);
    const { answer } = await timelineOf('refused');
    expect(answer.rows[0]).toMatchObject({
      status: 'failed',
      failure: { reason: failReason, permanent: true },
      calls: [{ answer: 'taken', charge: 'surely', end: { result: 'failed', words: failReason } }],
    });
  });

  it('tells who began each run, the turns of the status, and what persons decided', async () => {
    const { session } = await recordSession(table.store, { sessionId: 'turns', count: 1 });
    const run = { status: 'preparing', runs: 1, runBy: 'ana' } as const;
    const begun = await table.store.updateSession(session, run);
    const approval = { by: 'ana', at: moment(50) };
    await table.store.updateSession(begun, { status: 'review', approval });
    const { answer } = await timelineOf('turns');
    expect(answer.turns).toEqual([
      { at: 0, status: 'preparing', run: 1, by: 'ana' },
      { at: 0, status: 'review', run: 1 },
    ]);
    expect(answer.notes).toEqual([{ at: 50, what: 'approved', by: 'ana' }]);
    expect(answer.session).toMatchObject({ startedBy: 'api', owner: 'ana' });
  });

  it('is another owner’s, or of no session: not found', async () => {
    await recordSession(table.store, { sessionId: 'other', count: 1, session: { owner: 'bo' } });
    await expect(timelineOf('other')).rejects.toMatchObject({ name: 'SessionNotFound' });
    await expect(timelineOf('none')).rejects.toMatchObject({ name: 'SessionNotFound' });
  });
});

describe('the timeline of a session', () => {
  it('of 100 tracks takes one query while it runs; of thousands a page of rows, and what is counted of all', async () => {
    const track = (index: number) => ({ trackId: trackIdAt(index, 'batch'), attempts: 1, calls: 2 });
    await recordSession(table.store, {
      sessionId: 'hundred',
      count: 100,
      session: { status: 'uploading', runs: 1 },
      track,
    });
    await recordSession(table.store, { sessionId: 'many', count: 1500, session: { kind: 'batch' }, track });
    const sent: string[] = [];
    const client: typeof table.client = Object.assign(Object.create(null), {
      send(command: object) {
        sent.push(command.constructor.name);
        return Reflect.apply(table.client.send, table.client, [command]);
      },
    });
    const store = createWholeSessionStore({ client, tableName: 'sessions', clock: () => began });
    const deps = { store, settings, now: () => began, speed: 1 };
    const { answer: hundred } = await getTimeline('hundred', 'ana', deps);
    expect(hundred.rows).toHaveLength(100);
    expect(sent).toEqual(['QueryCommand']);

    const { answer: first } = await getTimeline('many', 'ana', deps);
    expect(first).toMatchObject({ nextRows: '01000', money: { surely: 1500, perhaps: 0 }, checks: 1500 });
    const { answer: rest } = await getTimeline('many', 'ana', deps, '01000');
    expect(rest.rows.map(({ trackId }) => trackId)).toEqual(
      Array.from({ length: 500 }, (_, index) => trackIdAt(1000 + index, 'batch')),
    );
    expect(rest).not.toHaveProperty('money');
  });
});
