import { globSync, readFileSync } from 'node:fs';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChirpsmithError } from '../../../functions/shared/errors.ts';
import { openTable, recordSession, sessionOf, testMoment } from '../../../test-support/session-records.ts';
import { openBothTables } from '../../../test-support/tables/both-tables.ts';
import { openMemoryTable } from '../../../test-support/tables/memory-table.ts';

let now = Date.parse(testMoment);
let both: Awaited<ReturnType<typeof openBothTables>>;
let table: Awaited<ReturnType<typeof openTable>>;
beforeAll(async () => {
  both = await openBothTables();
  table = await openTable(
    () => now,
    async () => both,
  );
});
afterAll(() => both.close());

const place = { dialect: 'mountsea', host: 'api.example', stage: 'test' } as const;
const conflict = { name: 'RecordConflict' };
const seconds = () => Math.floor(now / 1000);

describe('the table in memory and dynalite', () => {
  it('agree on records of a session: written once, changed at the version seen, read in pages', async () => {
    const { session, tracks } = await recordSession(table.store, { sessionId: 's', count: 7 });
    await expect(table.store.create(session, tracks)).rejects.toMatchObject(conflict);
    const failure = { error: 'Unexpected', reason: 'ñ 🎵', at: testMoment } as const;
    const changed = await table.store.updateSession(session, { status: 'failed', failure, pace: 1.5 });
    await expect(table.store.updateSession(session, { runs: 1 })).rejects.toMatchObject(conflict);
    await table.store.updateSession(changed, { failure: undefined, status: 'uploading' });
    const [track] = tracks;
    if (!track) throw new Error('There is a track.');
    await table.store.updateTrack(track, { clipId: 'c', failure });
    await expect(table.store.updateTrack({ ...track, trackId: 'none' }, {})).rejects.toMatchObject(conflict);

    expect((await table.store.read('s'))?.tracks).toHaveLength(7);
    expect((await table.store.readTracks('s', { limit: 3 })).more).toBe(true);
    expect((await table.store.readTracks('s', { after: '006', limit: 3 })).tracks).toHaveLength(1);
    await table.store.tallyTracks('s');
    await table.store.tallyTracks('s', '003');
    expect(await table.store.read('none')).toBeUndefined();
  });

  it('agree on files that are added: again while they are untouched, and never others', async () => {
    const { session, tracks } = sessionOf({ sessionId: 'slice', count: 1, track: () => ({ sha256: 'a' }) });
    await table.store.addTracks(session, tracks);
    await table.store.addTracks(session, tracks);
    const others = tracks.map((track) => ({ ...track, sha256: 'b' }));
    await expect(table.store.addTracks(session, others)).rejects.toMatchObject(conflict);
  });

  it('agree on the indexes: by owner in pages, newest first, and what is under way or not yet', async () => {
    for (let index = 0; index < 4; index++) {
      now += 1000;
      const at = new Date(now).toISOString();
      await recordSession(table.store, {
        sessionId: `page-${index}`,
        count: 0,
        session: {
          owner: 'pia',
          createdAt: at,
          updatedAt: at,
          ...(index > 1 ? { status: 'uploading' } : {}),
        },
      });
    }
    const pages: string[][] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const page = await table.store.list('pia', { limit: 2, ...(cursor === '' ? {} : { cursor }) });
      pages.push(page.sessions.map(({ sessionId }) => sessionId));
      cursor = page.next;
    }
    expect(pages).toEqual([['page-3', 'page-2'], ['page-1', 'page-0'], []]);
    expect(await table.store.listRunning(1)).toHaveLength(1);
    await table.store.listRunning(100);
    await table.store.listNotStarted({ from: now - 3000, to: now }, 100);
    await table.store.listNotStarted({ from: now - 3000, to: now - 2500 }, 100);
  });

  it('agree on a session that is deleted: its tracks as a batch, itself only when that was asked for', async () => {
    const { session, tracks } = await recordSession(table.store, { sessionId: 'gone', count: 30 });
    const trackIds = tracks.map(({ trackId }) => trackId);
    await table.store.removeTracks('gone', trackIds);
    await expect(table.store.remove('gone')).rejects.toMatchObject(conflict);
    await table.store.updateSession(session, { status: 'deleting' });
    await table.store.remove('gone');
    await table.store.remove('gone');
    await table.store.removeTracks('gone', trackIds.slice(0, 1));
    expect(await table.store.read('gone')).toBeUndefined();
  });

  it('agree on claims: of an id, of a content, of a request', async () => {
    const { session } = sessionOf({ sessionId: 'claims', session: { provider: place } });
    await table.store.claimId({ ...session, provider: place }, 'model', 'm', 'c');
    await expect(
      table.store.claimId({ ...session, sessionId: 'other', provider: place }, 'model', 'm', 'c'),
    ).rejects.toBeInstanceOf(ChirpsmithError);

    const { contents, requests } = table;
    const expiresAt = seconds() + 60;
    for (const sessionId of ['a', 'b', 'a']) await contents.claim('k', { sessionId, expiresAt });
    await contents.claim('k', { sessionId: 'b', expiresAt, over: 'a' });
    await contents.claim('k', { sessionId: 'c', expiresAt, over: 'any' });
    await contents.forget('k', 'a');
    await contents.forget('k', 'c');
    await contents.forget('k', 'c');
    await contents.claim('k', { sessionId: 'd', expiresAt });
    now += 61_000;
    await contents.claim('k', { sessionId: 'e', expiresAt: seconds() + 60 });

    for (const fingerprint of ['f', 'f', 'g']) await requests.begin('r', fingerprint);
    now += 30_000;
    const begun = await Promise.all([requests.begin('r', 'f'), requests.begin('r', 'f')]);
    expect(begun.map(({ is }) => is).sort()).toEqual(['held', 'repeated']);
    await requests.end('r', 'f', { sessionId: 's', warnings: ['one', 'two'] });
    await requests.begin('r', 'f');
    await requests.forget('r', 'f');
    await requests.begin('r', 'f');
  });

  it('agree on the registries', async () => {
    const model = {
      modelId: 'm',
      name: 'Night',
      owner: 'ana',
      sessionId: 's',
      files: ['one.mp3'],
      credits: 1,
    };
    for (const modelId of ['m', 'n', 'm']) {
      await table.models.register({ ...model, modelId, createdAt: testMoment });
    }
    await table.models.list('ana');
    const persona = {
      owner: 'ana',
      name: 'Voice',
      dialect: 'mountsea',
      clipId: 'c',
      sessionId: 's',
      fence: 'intent',
      calls: 1,
      requestedAt: testMoment,
    } as const;
    const put = await table.personas.put(persona, undefined);
    await table.personas.put({ ...persona, calls: 2 }, put);
    await expect(table.personas.put(persona, put)).rejects.toMatchObject(conflict);
    await table.personas.find(persona);
    await table.personas.list('ana');
  });

  it.each([undefined, 9, 10, 11, '10', 'x', ''])(
    'agree on a condition of an item whose expiresAt is %j',
    async (expiresAt) => {
      const item = { pk: `expires ${String(expiresAt)} ${typeof expiresAt}`, sk: 'x', expiresAt };
      const put = (condition: object) =>
        both.client
          .send(new PutCommand({ TableName: 'sessions', Item: item, ...condition }))
          .catch((error: Error) => expect(error.name).toBe('ConditionalCheckFailedException'));
      await put({});
      for (const value of [9, 10, '10', '9']) {
        for (const expression of ['expiresAt <= :it', 'expiresAt = :it', 'expiresAt IN (:it, :it)']) {
          await put({ ConditionExpression: expression, ExpressionAttributeValues: { ':it': value } });
        }
      }
    },
  );

  it('were asked with every expression that the stores have, with every condition when it holds and when not', () => {
    const written = globSync('functions/**/*.ts').flatMap((file) => [
      ...readFileSync(file, 'utf8').matchAll(/\b((?:\w+Expression)|IndexName): '([^']+)'/g),
    ]);
    expect(written.length).toBeGreaterThan(10);
    for (const [, field = '', text] of written) {
      const found = both.asked.filter(({ input }) => input[field] === text).map(({ done }) => done);
      expect([text, found.includes(true)]).toEqual([text, true]);
      if (field === 'ConditionExpression') expect([text, found.includes(false)]).toEqual([text, true]);
    }
  });

  it('are compared: a table that forgets a condition is noticed, when asked and when closed', async () => {
    const careless = await openBothTables(async () => {
      const memory = await openMemoryTable();
      const { client } = memory;
      const sendWithout = (command: { input: { ConditionExpression?: unknown } }) => {
        const { ConditionExpression: _, ...input } = command.input;
        return Reflect.apply(client.send, client, [Object.assign(Object.create(command), { input })]);
      };
      return { ...memory, client: Object.assign(Object.create(null), { send: sendWithout }) };
    });
    const { store } = await openTable(undefined, async () => careless);
    await recordSession(store, { sessionId: 's', count: 0 });
    await expect(recordSession(store, { sessionId: 's', count: 0 })).rejects.toThrow('in dynalite');
    await expect(careless.close()).rejects.toThrow('in dynalite');
  });
});
