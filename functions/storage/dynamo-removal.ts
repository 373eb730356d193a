import {
  BatchWriteCommand,
  type BatchWriteCommandInput,
  DeleteCommand,
  type DynamoDBDocumentClient,
} from '@aws-sdk/lib-dynamodb';
import { named } from '../shared/aws-errors.ts';
import { ChirpsmithError } from '../shared/errors.ts';
import type { Condition, Key } from './dynamo-table.ts';

/** Removes items; apart from the table, because few functions do. Throws what the table throws. */
export interface DynamoRemoval {
  remove(key: Key, condition: Condition): Promise<void>;
  /** Without a condition; an item that does not exist is no error. */
  removeAll(keys: readonly Key[]): Promise<void>;
}

/** Items that DynamoDB takes in one batch (documented). */
const itemsPerBatch = 25;

/** Batches of which DynamoDB may leave some items undone before it counts as busy. */
const batchAttempts = 5;

export const createDynamoRemoval = ({
  client,
  tableName: TableName,
}: {
  client: DynamoDBDocumentClient;
  tableName: string;
}): DynamoRemoval => ({
  async remove(Key, condition) {
    await named(client.send(new DeleteCommand({ TableName, Key, ...condition })));
  },

  async removeAll(keys) {
    for (let from = 0; from < keys.length; from += itemsPerBatch) {
      const requests = keys.slice(from, from + itemsPerBatch).map((Key) => ({ DeleteRequest: { Key } }));
      let left: BatchWriteCommandInput['RequestItems'] = { [TableName]: requests };
      for (let attempt = 1; left && Object.keys(left).length > 0; attempt++) {
        if (attempt > batchAttempts) {
          throw new ChirpsmithError('StorageUnavailable', 'DynamoDB leaves items of a batch undone.');
        }
        left = (await named(client.send(new BatchWriteCommand({ RequestItems: left })))).UnprocessedItems;
      }
    }
  },
});
