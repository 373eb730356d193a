import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { ChirpsmithError } from '../../../functions/shared/errors.ts';
import { createDynamoTable, isConflict } from '../../../functions/storage/dynamo-table.ts';
import { openMemoryTable } from '../../../test-support/tables/memory-table.ts';
import { repeatingClient } from '../../repeating-client.ts';
import { awsError, notingClient } from './noting-client.ts';

const key = { pk: 'P', sk: 'S' };
let table: Awaited<ReturnType<typeof openMemoryTable>>;
beforeEach(async () => {
  table = await openMemoryTable();
});
const over = (client = table.client) => createDynamoTable({ client, tableName: 'sessions' });
const found = async () => (await table.client.send(new GetCommand({ TableName: 'sessions', Key: key }))).Item;
const conflict = { name: 'RecordConflict' };

describe('a conditional write', () => {
  it('writes a new item under its key, and none over another', async () => {
    await over().put({ ...key, name: 'one' });
    expect(await found()).toMatchObject({ ...key, name: 'one' });
    await expect(over().put({ ...key, name: 'two' })).rejects.toMatchObject(conflict);
    expect(await found()).toMatchObject({ name: 'one' });
  });

  it('holds to the condition that it is given', async () => {
    const condition = (version: number) => ({
      ConditionExpression: 'version = :seen',
      ExpressionAttributeValues: { ':seen': version },
    });
    await over().put({ ...key, version: 1 });
    await over().put({ ...key, version: 2 }, condition(1));
    await expect(over().put({ ...key, version: 3 }, condition(1))).rejects.toMatchObject(conflict);
    expect(await found()).toMatchObject({ version: 2 });
  });

  it('changes and removes fields of the version that was seen, and gives the item as it is then', async () => {
    await over().put({ ...key, version: 1, kept: 'k', changed: 'a', removed: 'r' });
    const after = await over().update(key, 1, { changed: 'b', removed: undefined });
    expect(after).toEqual(await found());
    expect(after).toEqual({ ...key, version: 2, kept: 'k', changed: 'b', writer: expect.any(String) });
    await expect(over().update(key, 1, { changed: 'c' })).rejects.toMatchObject(conflict);
    expect(await over().update(key, 2, { kept: 'l' })).toMatchObject({ changed: 'b', kept: 'l' });
  });
});

describe('a write that is sent twice', () => {
  const twice = () => repeatingClient(table.client, () => true);

  it('is recognised by what it wrote, put or update, and gives that', async () => {
    await over(twice()).put({ ...key, version: 1 });
    expect(await over(twice()).update(key, 1, { name: 'one' })).toEqual(await found());
    expect(await found()).toMatchObject({ version: 2, name: 'one' });
  });

  it('is a conflict when the item is gone by then', async () => {
    const { client } = notingClient(table.client, ({ Item }) =>
      Item ? awsError('ConditionalCheckFailedException') : {},
    );
    await expect(over(client).put(key)).rejects.toMatchObject(conflict);
  });

  it('is looked for with a consistent read of its key, and only after a condition that failed', async () => {
    await over().put({ ...key, name: 'of another' });
    const { client, sent } = notingClient(table.client);
    await expect(over(client).put({ ...key, name: 'one' })).rejects.toMatchObject(conflict);
    expect(sent[1]).toStrictEqual({ TableName: 'sessions', Key: key, ConsistentRead: true });
    const busy = notingClient(table.client, () => awsError('ThrottlingException'));
    await expect(over(busy.client).put(key)).rejects.toMatchObject({ name: 'StorageUnavailable' });
    await expect(over(busy.client).update(key, 1, {})).rejects.toMatchObject({ name: 'StorageUnavailable' });
    expect(busy.sent).toHaveLength(2);
  });

  it('is no conflict when its owner is unknown: the failure is named', async () => {
    const { client } = notingClient(table.client, ({ Item }) =>
      awsError(Item ? 'ConditionalCheckFailedException' : 'ThrottlingException'),
    );
    await expect(over(client).put(key)).rejects.toMatchObject({ name: 'StorageUnavailable' });
  });
});

it('only our own error name is a conflict', () => {
  expect(isConflict(new ChirpsmithError('RecordConflict', 'words'))).toBe(true);
  expect(isConflict(new ChirpsmithError('StorageUnavailable', 'words'))).toBe(false);
  expect(isConflict(Object.assign(new Error('words'), { name: 'RecordConflict' }))).toBe(false);
  expect(isConflict(undefined)).toBe(false);
});
