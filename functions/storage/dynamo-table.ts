import { randomUUID } from 'node:crypto';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  type PutCommandInput,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type * as z from 'zod';
import { named } from '../shared/aws-errors.ts';
import { ChirpsmithError } from '../shared/errors.ts';

export type Item = Record<string, unknown>;
export type Key = { readonly pk: string; readonly sk: string };
type Query = Omit<QueryCommandInput, 'TableName'>;

/** What must be true of an item for it to be written. */
export type Condition = Pick<
  PutCommandInput,
  'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>;

/**
 * The table of the records. Reads by key and `pages` are consistent. All methods throw ChirpsmithError:
 * `RecordConflict` for a failed condition, `StorageUnavailable`, `AccessDenied`.
 *
 * `put` and `update` recognise their own writes. A write can land while its response is lost; the SDK then sends it
 * again, and its condition fails on the write's own result. So each write leaves a nonce in the item, under `writer`,
 * and after a failed condition the item is read and its nonce compared. DynamoDB could return the item with the
 * failure (`ReturnValuesOnConditionCheckFailure`), but the local stand-in cannot.
 */
export interface DynamoTable {
  get(key: Key): Promise<Item | undefined>;
  /** @param condition that there is no such item, unless given */
  put(item: Key & Item, condition?: Condition): Promise<void>;
  /** For a caller that recognises its write by a field of its own. */
  putWithoutNonce(item: Key & Item, condition?: Condition): Promise<void>;
  /**
   * Changes fields of an item (undefined removes one) that is still at the version that its author saw.
   * @returns the item as this write leaves it
   */
  update(key: Key, version: number, changes: object): Promise<unknown>;
  /** One page of a query; `next` is the `ExclusiveStartKey` of the page after. */
  page(query: Query): Promise<{ items: Item[]; next: Item | undefined }>;
  /** All pages of a consistent query, 1 MB each unless `Limit` is less. */
  pages(query: Query): AsyncGenerator<Item[]>;
}

/** Placeholder of the version in a condition: no field has a number for a name, and each has its name for a placeholder. */
const seen = ':0';

const isNew: Condition = { ConditionExpression: 'attribute_not_exists(pk)' };

export function createDynamoTable({
  client,
  tableName: TableName,
}: {
  client: DynamoDBDocumentClient;
  tableName: string;
}): DynamoTable {
  /** Sends a write; a condition that fails on the write's own result is no failure. */
  async function recognised<T>(
    { pk, sk }: Key,
    writer: string,
    write: () => Promise<T>,
    landed: (item: Item) => T,
  ): Promise<T> {
    try {
      return await named(write());
    } catch (error) {
      if (!isConflict(error)) throw error;
      const item = await table.get({ pk, sk });
      if (item?.writer === writer) return landed(item);
      throw error;
    }
  }

  const table: DynamoTable = {
    async get(Key) {
      return (await named(client.send(new GetCommand({ TableName, Key, ConsistentRead: true })))).Item;
    },

    async put(item, condition = isNew) {
      const writer = randomUUID();
      const write = () => table.putWithoutNonce({ ...item, writer }, condition);
      await recognised(item, writer, write, () => {});
    },

    async putWithoutNonce(Item, condition = {}) {
      await named(client.send(new PutCommand({ TableName, Item, ...condition })));
    },

    async update(key, version, changes) {
      const writer = randomUUID();
      const entries = Object.entries({ ...changes, version: version + 1, writer });
      const set = entries.filter(([, value]) => value !== undefined);
      const remove = entries.filter(([, value]) => value === undefined);
      const clauses = [
        `SET ${set.map(([name]) => `#${name} = :${name}`).join(', ')}`,
        ...(remove.length > 0 ? [`REMOVE ${remove.map(([name]) => `#${name}`).join(', ')}`] : []),
      ];
      const command = new UpdateCommand({
        TableName,
        Key: key,
        UpdateExpression: clauses.join(' '),
        ConditionExpression: `#version = ${seen}`,
        ExpressionAttributeNames: Object.fromEntries(entries.map(([name]) => [`#${name}`, name])),
        ExpressionAttributeValues: {
          ...Object.fromEntries(set.map(([name, value]) => [`:${name}`, value])),
          [seen]: version,
        },
        ReturnValues: 'ALL_NEW',
      });
      const write = async () => (await client.send(command)).Attributes;
      return recognised<unknown>(key, writer, write, (item) => item);
    },

    async page(query) {
      const command = new QueryCommand({ TableName, ...query });
      const { Items = [], LastEvaluatedKey } = await named(client.send(command));
      return { items: Items, next: LastEvaluatedKey };
    },

    async *pages(query) {
      let from: Item | undefined;
      do {
        const start = from ? { ExclusiveStartKey: from } : {};
        const { items, next } = await table.page({ ConsistentRead: true, ...query, ...start });
        yield items;
        from = next;
      } while (from);
    },
  };
  return table;
}

/** Has an item not expired? DynamoDB deletes it days later. @param clock milliseconds since the epoch */
export const aliveAt = (clock: () => number) => (item: Item) =>
  typeof item.expiresAt !== 'number' || item.expiresAt * 1000 > clock();

/** The query for all items of one partition. */
export const allUnder = (pk: string) => ({
  KeyConditionExpression: 'pk = :pk',
  ExpressionAttributeValues: { ':pk': pk },
});

/** Did another write come first? */
export const isConflict = (error: unknown): boolean =>
  error instanceof ChirpsmithError && error.name === 'RecordConflict';

/** For a write whose conflict needs nothing more to be done. */
export function ignoreConflict(error: unknown): void {
  if (!isConflict(error)) throw error;
}

/** @param what it is, as the subject of the error. @throws ChirpsmithError Unexpected */
export function parseItem<T>(schema: z.ZodType<T>, item: unknown, what = 'A record'): T {
  const parsed = schema.safeParse(item);
  if (parsed.success) return parsed.data;
  throw new ChirpsmithError('Unexpected', `${what} does not have the expected form: ${parsed.error.message}`);
}
