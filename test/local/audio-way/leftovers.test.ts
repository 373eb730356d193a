import { describe, expect, it } from 'vitest';
import { sessionStatuses } from '../../../functions/domain/session.ts';
import {
  createRemoval,
  isDone,
  neededUntil,
  type StoredSession,
} from '../../../local/audio-way/leftovers.ts';

const noon = '2026-11-27T12:00:00.000Z';
const minutesAfterNoon = (minutes: number) => Date.parse(noon) + minutes * 60_000;
const cancelled = (...tracks: StoredSession['tracks']): StoredSession => ({
  status: 'cancelled',
  statusSince: noon,
  tracks,
});
const early = '2026-11-27T11:50:00.000Z';

it('audio goes when a session is done, and stays while it runs, waits for a person, or was interrupted', () => {
  const waits = sessionStatuses.filter((status) => !isDone(status));
  expect(waits).toEqual([
    'open',
    'preparing',
    'uploading',
    'review',
    'creating',
    'training',
    'generating',
    'copying',
    'interrupted',
  ]);
  for (const status of waits) expect(neededUntil({ status, tracks: [] }, 60)).toBe(Number.POSITIVE_INFINITY);
});

describe('copies of a session that is done', () => {
  it.each<[what: string, session: StoredSession | undefined, minutes: number]>([
    ['a task that goes on there', cancelled({ status: 'submitted', submittedAt: early }), 50],
    [
      'the last of several',
      cancelled({ status: 'submitted', submittedAt: early }, { status: 'submitted', submittedAt: noon }),
      60,
    ],
    ['a submission that was under way at the end', cancelled({ status: 'submitting' }), 61],
    [
      'a submission whose answer was lost',
      cancelled({ status: 'failed', attemptsInDoubt: 1, submittedAt: early }),
      61,
    ],
    [
      'a task that was given up after its deadline',
      { ...cancelled({ status: 'failed', error: 'DeadlineExceeded', submittedAt: early }), status: 'failed' },
      50,
    ],
  ])('are kept for %s, as long as its link holds', (_, session, minutes) => {
    expect(neededUntil(session, 60)).toBe(minutesAfterNoon(minutes));
  });

  it.each<[what: string, session: StoredSession | undefined]>([
    [
      'all tasks have ended',
      cancelled(
        { status: 'done', submittedAt: noon },
        { status: 'failed', submittedAt: noon, error: 'UploadFailed' },
      ),
    ],
    ['nothing was handed over', cancelled({ status: 'declared' }, { status: 'rejected' })],
    [
      'it is deleted for good',
      { ...cancelled({ status: 'submitted', submittedAt: noon }), status: 'deleting' },
    ],
    ['it is not there any more', undefined],
  ])('go at once where %s', (_, session) => {
    expect(neededUntil(session, 60)).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe('a stack', () => {
  const opened = (sessions: Record<string, StoredSession>) => {
    const removed: string[] = [];
    const noted: [string, number][] = [];
    const planned: { work: () => void; ms: number }[] = [];
    let now = Date.parse(noon);
    const way = {
      sessions: async () => ['trained', 'running', 'cut off', 'deleted', 'cancelled'],
      remove: async (sessionId: string) => void removed.push(sessionId),
    };
    const removal = createRemoval({
      ...{ way, linkMinutes: 60, now: () => now },
      onError: (error) => expect.unreachable(String(error)),
      stored: async (sessionId) => sessions[sessionId],
      keptUntil: (...kept) => void noted.push(kept),
      later(work, ms) {
        planned.push({ work, ms });
        return undefined;
      },
    });
    /** The moment for which a removal was planned. */
    const pass = async () => {
      const [{ work, ms } = expect.unreachable()] = planned.splice(0);
      now += ms;
      work();
      await new Promise((resolve) => setImmediate(resolve));
      return ms / 60_000;
    };
    return { removed, removal, planned, noted, pass };
  };

  it('that starts removes what is left of sessions that need it no more, and the rest when its time has come', async () => {
    const { removed, removal, pass } = opened({
      trained: { status: 'ready', tracks: [] },
      running: { status: 'uploading', tracks: [] },
      'cut off': { status: 'interrupted', tracks: [] },
      cancelled: cancelled({ status: 'submitted', submittedAt: early }),
    });
    await removal.removeLeftovers();
    expect(removed).toEqual(['trained', 'deleted']);
    expect(await pass()).toBe(50);
    expect(removed).toEqual(['trained', 'deleted', 'cancelled']);
  });

  it('says until when copies are kept, notes it, and leaves those of a session that was resumed meanwhile', async () => {
    const sessions = { cancelled: cancelled({ status: 'submitting' }) };
    const { removed, removal, planned, noted, pass } = opened(sessions);
    expect(await removal.remove('cancelled')).toEqual({ until: minutesAfterNoon(61) });
    sessions.cancelled = { status: 'uploading', tracks: [] };
    await pass();
    expect(await removal.remove('cancelled')).toEqual({ until: Number.POSITIVE_INFINITY });
    expect([removed, planned]).toEqual([[], []]);
    expect(noted).toEqual([['cancelled', minutesAfterNoon(61)]]);
  });
});

it('a way that has copied nothing has nothing left', async () => {
  const way = { remove: () => Promise.reject(new Error('not to be called')) };
  const onError = (error: unknown) => expect.unreachable(String(error));
  await createRemoval({
    ...{ way, linkMinutes: 60, onError },
    stored: async () => undefined,
  }).removeLeftovers();
});
