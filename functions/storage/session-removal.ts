import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { SessionRemoval } from '../domain/session-records.ts';
import { createDynamoRemoval } from './dynamo-removal.ts';
import { sessionRecordKey, trackRecordKey } from './record-keys.ts';

export function createSessionRemoval(options: {
  client: DynamoDBDocumentClient;
  tableName: string;
}): SessionRemoval {
  const table = createDynamoRemoval(options);
  return {
    async removeTracks(sessionId, trackIds) {
      await table.removeAll(trackIds.map((trackId) => trackRecordKey(sessionId, trackId)));
    },

    async remove(sessionId) {
      await table.remove(sessionRecordKey(sessionId), {
        // Another request may have deleted it at the same time.
        ConditionExpression: 'attribute_not_exists(pk) OR #status = :deleting',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':deleting': 'deleting' },
      });
    },
  };
}
