import { type AttributeValue, DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { ReadyInfo } from '../../local/stack/ready-file.ts';

/**
 * A write of a session is a write of the item, one in the index by owner, and two in the index of sessions under way,
 * whose sort key changes with it.
 */
export const writesPerSessionWrite = 4;

/** Bytes of every item of the session, a little more than DynamoDB counts: names, values and their types. */
export async function itemSizes(
  { aws: endpoint, region, adminKey: credentials }: Pick<ReadyInfo, 'aws' | 'region' | 'adminKey'>,
  table: string | undefined,
  sessionId: string,
): Promise<number[]> {
  const client = new DynamoDBClient({ endpoint, region, credentials });
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: table,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: `SESSION#${sessionId}` } },
    }),
  );
  client.destroy();
  if (Items.length === 0) throw new Error('The session has no items.');
  return Items.map((item: Record<string, AttributeValue>) => Buffer.byteLength(JSON.stringify(item)));
}
