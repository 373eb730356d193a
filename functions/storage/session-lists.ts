import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { sessionSchema } from '../domain/session.ts';
import type { SessionLists } from '../domain/session-records.ts';
import { aliveAt, createDynamoTable, type Item, parseItem } from './dynamo-table.ts';
import { listSessions } from './session-list.ts';

/** @param clock milliseconds since the epoch, to leave out what has expired but is not yet deleted */
export function createSessionLists(options: {
  client: DynamoDBDocumentClient;
  tableName: string;
  clock: () => number;
}): SessionLists {
  const table = createDynamoTable(options);
  const alive = aliveAt(options.clock);

  const sessionsOf = (items: readonly Item[]) =>
    items.filter(alive).map((item) => parseItem(sessionSchema, item));

  return {
    async listRunning(limit) {
      const { items } = await table.page({
        IndexName: 'underWay',
        KeyConditionExpression: 'underWay = :yes',
        ExpressionAttributeValues: { ':yes': 'yes' },
        Limit: limit,
      });
      return sessionsOf(items);
    },

    async listNotStarted({ from, to }, limit) {
      const { items } = await table.page({
        IndexName: 'underWay',
        KeyConditionExpression: 'underWay = :notYet AND updatedAt BETWEEN :from AND :to',
        ExpressionAttributeValues: {
          ':notYet': 'not-yet',
          ':from': new Date(from).toISOString(),
          ':to': new Date(to).toISOString(),
        },
        Limit: limit,
      });
      return sessionsOf(items);
    },

    list: (owner, query) => listSessions(table, alive, owner, query),
  };
}
