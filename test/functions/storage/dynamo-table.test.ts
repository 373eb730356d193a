import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDynamoTable } from '../../../functions/storage/dynamo-table.ts';
import { createModelStore } from '../../../functions/storage/model-store.ts';
import { createPersonaStore } from '../../../functions/storage/persona-store.ts';
import { createWholeSessionStore } from '../../../functions/storage/whole-session-store.ts';
import { openTable, recordSession, sessionOf, testMoment } from '../../../test-support/session-records.ts';
import { openBothTables } from '../../../test-support/tables/both-tables.ts';
import { repeatingClient } from '../../repeating-client.ts';

let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  table = await openTable(clock, openBothTables);
});
afterAll(() => table.close());

const clock = () => Date.parse(testMoment);
/** Stores in which the response to every write is lost, and the write is sent again. */
function forgetful(between?: () => Promise<unknown>) {
  const client = repeatingClient(table.client, () => true, between);
  const where = { client, tableName: 'sessions' };
  return {
    store: createWholeSessionStore({ ...where, clock }),
    models: createModelStore(where),
    personas: createPersonaStore(where),
  };
}

describe('a write whose response was lost, and which the SDK sends again', () => {
  it('is recognised as the own one when a session and its tracks are created', async () => {
    const made = sessionOf({ sessionId: 'new' });
    await forgetful().store.create(made.session, made.tracks);
    expect(await table.store.read('new')).toEqual(made);
  });

  it('is recognised as the own one when a session is changed, and gives the session as it is now', async () => {
    const { session } = await recordSession(table.store, { sessionId: 'changed' });
    const after = await forgetful().store.updateSession(session, { status: 'preparing' });
    expect(after).toEqual(await table.store.requireSession('changed'));
    expect(after).toMatchObject({ status: 'preparing', version: session.version + 1 });
  });

  it('is recognised as the own one when a track is changed', async () => {
    const { tracks } = await recordSession(table.store, { sessionId: 'track' });
    const [track] = tracks;
    if (!track) throw new Error('there is a track');
    const after = await forgetful().store.updateTrack(track, { status: 'submitting', attempts: 1 });
    expect(after).toMatchObject({ status: 'submitting', attempts: 1, version: track.version + 1 });
  });

  it('changes a session once, not once for each time that it was sent', async () => {
    await recordSession(table.store, { sessionId: 'counted' });
    const counted = await forgetful().store.changeSession('counted', ({ runs }) => ({ runs: runs + 1 }));
    expect(counted.runs).toBe(1);
  });

  it('is no success when another process has written in between', async () => {
    const { session } = await recordSession(table.store, { sessionId: 'crossed' });
    const other = async () => {
      const seen = await table.store.requireSession('crossed');
      if (seen.status !== 'cancelled') await table.store.updateSession(seen, { status: 'cancelled' });
    };
    const changed = forgetful(other).store.updateSession(session, { status: 'preparing' });
    await expect(changed).rejects.toMatchObject({ name: 'RecordConflict' });
    expect((await table.store.requireSession('crossed')).status).toBe('cancelled');
  });

  it('is recognised as the own one in the registry of personas', async () => {
    const persona = {
      owner: 'ana',
      name: 'Voice',
      dialect: 'mountsea',
      clipId: 'c1',
      sessionId: 's1',
      fence: 'intent',
      calls: 1,
      requestedAt: testMoment,
    } as const;
    const { personas } = forgetful();
    const intent = await personas.put(persona, undefined);
    const made = await personas.put({ ...persona, fence: 'made', personaId: 'p1' }, intent);
    expect(await table.personas.find(persona)).toEqual(made);
  });
});

it('a change that loses to others five times in a row says so, instead of being dropped in silence', async () => {
  await recordSession(table.store, { sessionId: 'busy' });
  const change = table.store.changeSession('busy', () => ({ pace: 2 }));
  await expect(change).resolves.toMatchObject({ pace: 2 });
  let writes = 0;
  const client: typeof table.client = Object.assign(Object.create(null), {
    async send(command: { input: object }) {
      if ('UpdateExpression' in command.input) {
        writes++;
        await table.store.updateSession(await table.store.requireSession('busy'), { runs: writes });
      }
      return Reflect.apply(table.client.send, table.client, [command]);
    },
  });
  const store = createWholeSessionStore({ client, tableName: 'sessions', clock });
  await expect(store.changeSession('busy', () => ({ pace: 4 }))).rejects.toMatchObject({
    name: 'RecordConflict',
  });
  expect(writes).toBe(5);
  expect(await table.store.requireSession('busy')).toMatchObject({ pace: 2, runs: 5 });
});

it('a field is changed by its own value, also where it is named like a word of the request', async () => {
  const [key, client] = [{ pk: 'FIELD', sk: 'names' }, table.client];
  const records = createDynamoTable({ client, tableName: 'sessions' });
  const fields = { seen: 'at noon', name: 'x', status: 'done', value: 7 };
  await records.put({ ...key, version: 1, ...fields });
  const changes = { seen: 'at night', name: 'y', status: undefined, value: 8 };
  await records.update(key, 1, changes);
  expect(await records.get(key)).toMatchObject({ version: 2, seen: 'at night', name: 'y', value: 8 });
  expect(await records.get(key)).not.toHaveProperty('status');
  await expect(records.update(key, 1, { seen: 1 })).rejects.toMatchObject({ name: 'RecordConflict' });
});
