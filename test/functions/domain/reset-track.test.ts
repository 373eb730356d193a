import { beforeAll, describe, expect, it } from 'vitest';
import { resetTrack } from '../../../functions/domain/reset-track.ts';
import type { Track } from '../../../functions/domain/session.ts';
import { openTable, recordSession, settings, testMoment } from '../../../test-support/session-records.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});

const failure = { error: 'ProviderRefused', reason: 'Busy.', at: testMoment } as const;
const { uploadAttempts, attemptsInAll } = settings.limits;
let drawn = 0;

/** A new run on a track that stands like this. */
async function begun(track: Partial<Track>, run = 2): Promise<Track> {
  const recorded = { failure, ...track };
  const { tracks } = await recordSession(table.store, {
    sessionId: `begin-${++drawn}`,
    count: 1,
    track: () => recorded,
  });
  const [one] = tracks;
  if (!one) throw new Error('there is a track');
  return resetTrack(one, run, { store: table.store, settings });
}

describe('a new run on a track', () => {
  it('gives it new attempts', async () => {
    expect(await begun({ status: 'failed', attempts: 3 })).toMatchObject({
      status: 'declared',
      attemptsAllowed: 3 + uploadAttempts,
    });
  });

  it('allows no more of them than one file has over all runs', async () => {
    expect(await begun({ status: 'failed', attempts: attemptsInAll - 1 })).toMatchObject({
      status: 'declared',
      attemptsAllowed: attemptsInAll,
    });
  });

  it('gives it up for good when they are used, with what to do', async () => {
    expect(await begun({ status: 'failed', attempts: attemptsInAll })).toMatchObject({
      status: 'failed',
      failure: {
        ...failure,
        reason: `Busy. It was sent ${attemptsInAll} times: put another file in its place.`,
        permanent: true,
      },
    });
  });

  it('gives another file in its place attempts of its own', async () => {
    const replaced = { status: 'declared', attempts: attemptsInAll, attemptsBefore: attemptsInAll } as const;
    expect(await begun(replaced)).toMatchObject({
      status: 'declared',
      attemptsAllowed: attemptsInAll + uploadAttempts,
    });
  });

  it('looks again at a task that was still running, however often the file was sent', async () => {
    const running = { status: 'failed', taskId: 't', attempts: attemptsInAll } as const;
    const late = { ...failure, error: 'DeadlineExceeded' } as const;
    expect(await begun({ ...running, failure: late })).toMatchObject({ status: 'submitted', taskId: 't' });
  });
});
