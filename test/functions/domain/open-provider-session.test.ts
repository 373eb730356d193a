import { beforeAll, describe, expect, it } from 'vitest';
import { openProviderSession } from '../../../functions/domain/open-provider-session.ts';
import type { Session } from '../../../functions/domain/session.ts';
import { openTable, recordSession, settings, testMoment } from '../../../test-support/session-records.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable();
});

/** Opens a session at the provider while somebody changes the record, and gives the record after it. */
async function openedBeside(sessionId: string, changes: Partial<Session>): Promise<Session> {
  const { store } = table;
  const { session } = await recordSession(store, { sessionId, session: { status: 'preparing' } });
  const open = async () => {
    await store.changeSession(sessionId, () => changes);
    return { sessionId: `opened ${sessionId}` };
  };
  await openProviderSession(
    session,
    { open, refusals: 0 },
    { store, settings, now: () => testMoment, random: () => 0.5 },
  );
  return store.requireSession(sessionId);
}

describe('the session that was opened at the provider', () => {
  it('is written down, and the uploads begin', async () => {
    expect(await openedBeside('alone', {})).toMatchObject({
      providerSessionId: 'opened alone',
      status: 'uploading',
    });
  });

  it('is not lost when the run is cancelled meanwhile: a resume goes on with it', async () => {
    expect(await openedBeside('cancelled', { status: 'cancelled' })).toMatchObject({
      providerSessionId: 'opened cancelled',
      status: 'cancelled',
    });
  });

  it('does not take the place of one that another run has opened', async () => {
    const other = { providerSessionId: 'of the other run', status: 'uploading' } as const;
    expect(await openedBeside('two runs', other)).toMatchObject(other);
  });

  it('is left alone when the session is being deleted', async () => {
    expect(await openedBeside('deleting', { status: 'deleting' })).not.toHaveProperty('providerSessionId');
  });
});
