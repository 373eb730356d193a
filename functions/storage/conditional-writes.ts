import { randomUUID } from 'node:crypto';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  type PutCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { toChirpsmithError } from '../shared/aws-errors.ts';
import { ChirpsmithError } from '../shared/errors.ts';

type Item = Record<string, unknown>;
type Key = { readonly pk: string; readonly sk: string };

/** What must be so for an item to be written. */
export type Condition = Pick<
  PutCommandInput,
  'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>;

/**
 * Conditional writes that recognise themselves. A write can land while its response is lost; the SDK then sends it
 * again, and its condition fails on the write's own result. So each write leaves a nonce in the item, under `writer`,
 * and a failed condition is held against it. The item is read for that: DynamoDB could return it with the failure
 * (`ReturnValuesOnConditionCheckFailure`), but the local stand-in cannot.
 * @throws ChirpsmithError `RecordConflict`, `StorageUnavailable`, `AccessDenied`
 */
export interface ConditionalWriter {
  /** @param condition that there is no such item, unless given */
  put(item: Key & Item, condition?: Condition): Promise<void>;
  /**
   * Changes fields of an item (undefined removes one) that is still at the version that its author saw.
   * @returns the item as this write leaves it
   */
  update(key: Key, version: number, changes: object): Promise<unknown>;
}

const isNew: Condition = { ConditionExpression: 'attribute_not_exists(pk)' };

export function createConditionalWriter({
  client,
  tableName: TableName,
}: {
  client: DynamoDBDocumentClient;
  tableName: string;
}): ConditionalWriter {
  /** The item, if this write has made it what it is. */
  async function own({ pk, sk }: Key, writer: string): Promise<Item | undefined> {
    const { Item } = await client.send(new GetCommand({ TableName, Key: { pk, sk }, ConsistentRead: true }));
    return Item?.writer === writer ? Item : undefined;
  }

  /** Sends a write; a condition that fails on the write's own result is no failure. */
  async function send<T>(
    key: Key,
    writer: string,
    write: () => Promise<T>,
    landed: (item: Item) => T,
  ): Promise<T> {
    try {
      return await write();
    } catch (error) {
      const named = toChirpsmithError(error);
      if (named.name !== 'RecordConflict') throw named;
      const item = await own(key, writer).catch((failed: unknown) => {
        throw toChirpsmithError(failed);
      });
      if (item) return landed(item);
      throw named;
    }
  }

  return {
    async put(item, condition = isNew) {
      const writer = randomUUID();
      const command = new PutCommand({ TableName, Item: { ...item, writer }, ...condition });
      await send<void>(
        item,
        writer,
        async () => {
          await client.send(command);
        },
        () => {},
      );
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
        ConditionExpression: '#version = :seen',
        ExpressionAttributeNames: Object.fromEntries(entries.map(([name]) => [`#${name}`, name])),
        ExpressionAttributeValues: {
          ...Object.fromEntries(set.map(([name, value]) => [`:${name}`, value])),
          ':seen': version,
        },
        ReturnValues: 'ALL_NEW',
      });
      return send<unknown>(
        key,
        writer,
        async () => (await client.send(command)).Attributes,
        (item) => item,
      );
    },
  };
}

/** Is it told that somebody else was first? */
export const isConflict = (error: unknown): boolean =>
  error instanceof ChirpsmithError && error.name === 'RecordConflict';
