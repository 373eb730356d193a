import { beforeEach, describe, expect, it } from 'vitest';
import { createRequestStore, keyLifetime, longestHold } from '../../../functions/storage/request-store.ts';
import { testMoment } from '../../../test-support/session-records.ts';
import { openMemoryTable } from '../../../test-support/tables/memory-table.ts';
import { repeatingClient } from '../../repeating-client.ts';
import { awsError, notingClient } from './noting-client.ts';

const start = Date.parse(testMoment);
let now = start;
let table: Awaited<ReturnType<typeof openMemoryTable>>;
beforeEach(async () => {
  now = start;
  table = await openMemoryTable();
});

const storeOver = (client = table.client) =>
  createRequestStore({ client, tableName: 'sessions', clock: () => now });

describe('a request with an idempotency key', () => {
  it('is the first, and held by its invocation until the hold ends', async () => {
    const store = storeOver();
    expect(await store.begin('r', 'print')).toStrictEqual({ is: 'first' });
    now = start + longestHold - 1;
    expect(await store.begin('r', 'print')).toStrictEqual({ is: 'held' });
    now = start + longestHold;
    expect(await store.begin('r', 'print')).toStrictEqual({ is: 'repeated' });
    expect(await store.begin('r', 'print')).toStrictEqual({ is: 'held' });
  });

  it('is another one under another id', async () => {
    const store = storeOver();
    await store.begin('r', 'print');
    expect(await store.begin('s', 'print')).toStrictEqual({ is: 'first' });
  });

  it('is refused with another content, after every outcome of the first', async () => {
    const store = storeOver();
    await store.begin('r', 'print');
    expect(await store.begin('r', 'other')).toStrictEqual({ is: 'another' });
    await store.end('r', 'print', { sessionId: 's' });
    expect(await store.begin('r', 'other')).toStrictEqual({ is: 'another' });
  });

  it('gives the outcome of the first, as it was', async () => {
    const store = storeOver();
    await store.begin('r', 'print');
    const outcome = { sessionId: 's', warnings: ['long'] };
    await store.end('r', 'print', outcome);
    expect(await store.begin('r', 'print')).toStrictEqual({ is: 'repeated', outcome });
  });

  it('may be repeated at once when it ended without an outcome', async () => {
    const store = storeOver();
    await store.begin('r', 'print');
    await store.end('r', 'print', undefined);
    expect(await store.begin('r', 'print')).toStrictEqual({ is: 'repeated' });
  });

  it('is forgotten, so that its key may come with another content', async () => {
    const store = storeOver();
    await store.begin('r', 'print');
    await store.forget('r', 'print');
    expect(await store.begin('r', 'other')).toStrictEqual({ is: 'first' });
  });

  it.each([
    ['is begun', async () => {}],
    ['has ended', () => storeOver().end('r', 'print', { sessionId: 's' })],
  ])('is known for 24 hours after it %s', async (_, then) => {
    expect(keyLifetime).toBe(86_400);
    await storeOver().begin('r', 'print');
    await then();
    now = start + keyLifetime * 1000 - 1;
    expect(await storeOver().begin('r', 'other')).toStrictEqual({ is: 'another' });
    now = start + keyLifetime * 1000;
    expect(await storeOver().begin('r', 'other')).toStrictEqual({ is: 'first' });
  });

  it('is held longer than a function of the API may run', () => {
    expect(longestHold).toBeGreaterThan(20_000);
  });
});

describe('two invocations at once', () => {
  it('cannot both go on with a request whose hold has ended', async () => {
    await storeOver().begin('r', 'print');
    now = start + longestHold;
    const { client } = notingClient(table.client, ({ ExpressionAttributeValues }) =>
      // Somebody else is faster: the item is theirs when this one writes.
      Object(ExpressionAttributeValues)[':seen'] === undefined
        ? undefined
        : awsError('ConditionalCheckFailedException'),
    );
    expect(await storeOver(client).begin('r', 'print')).toStrictEqual({ is: 'held' });
  });

  it('are distinguished: a repetition whose own write landed unseen goes on', async () => {
    await storeOver().begin('r', 'print');
    now = start + longestHold;
    const { client } = notingClient({
      send: async (command: never) => {
        const { input } = Object(command);
        const answer = await Reflect.apply(table.client.send, table.client, [command]);
        if (input.ExpressionAttributeValues?.[':seen']) throw awsError('ConditionalCheckFailedException');
        return answer;
      },
    });
    expect(await storeOver(client).begin('r', 'print')).toStrictEqual({ is: 'repeated' });
  });

  it('are distinguished: the first whose own write landed unseen is the first', async () => {
    const twice = repeatingClient(table.client, () => true);
    expect(await storeOver(twice).begin('r', 'print')).toStrictEqual({ is: 'first' });
  });

  it('both wait where the one forgets the request before the other has looked', async () => {
    await storeOver().begin('r', 'print');
    now = start + longestHold;
    const { client } = notingClient(table.client, ({ Item, Key }, nth) => {
      if (Item) return awsError('ConditionalCheckFailedException');
      return Key && nth > 2 ? {} : undefined;
    });
    expect(await storeOver(client).begin('r', 'print')).toStrictEqual({ is: 'held' });
  });

  it('find nothing where the item expired in between, and wait', async () => {
    const { client } = notingClient(table.client, ({ Item }) =>
      Item ? awsError('ConditionalCheckFailedException') : {},
    );
    expect(await storeOver(client).begin('r', 'print')).toStrictEqual({ is: 'held' });
  });
});

describe('a table that fails', () => {
  it.each(['begin', 'end'] as const)('is named when it cannot be written: %s', async (call) => {
    const { client } = notingClient(table.client, () => awsError('ThrottlingException'));
    const written =
      call === 'begin' ? storeOver(client).begin('r', 'p') : storeOver(client).end('r', 'p', {});
    await expect(written).rejects.toMatchObject({ name: 'StorageUnavailable' });
  });

  it('is named when it cannot be read', async () => {
    await storeOver().begin('r', 'print');
    const { client } = notingClient(table.client, ({ Key }) =>
      Key ? awsError('ThrottlingException') : undefined,
    );
    await expect(storeOver(client).begin('r', 'print')).rejects.toMatchObject({ name: 'StorageUnavailable' });
  });

  it('is read consistently', async () => {
    const { client, sent } = notingClient(table.client);
    await storeOver(client).begin('r', 'print');
    await storeOver(client).begin('r', 'print');
    const reads = sent.filter(({ Key }) => Key);
    expect(reads).toMatchObject([{ TableName: 'sessions', ConsistentRead: true }]);
  });

  it('is named when it holds a record of another form', async () => {
    const { client } = notingClient(table.client, ({ Item }) =>
      Item ? awsError('ConditionalCheckFailedException') : { Item: { fingerprint: 7 } },
    );
    await expect(storeOver(client).begin('r', 'print')).rejects.toMatchObject({
      name: 'Unexpected',
      message: expect.stringMatching(/request's record.*fingerprint/s),
    });
  });
});
