import { type Session, sessionSchema } from '../domain/session.ts';
import type { SessionList, SessionQuery } from '../domain/session-records.ts';
import { type DynamoTable, type Item, parseItem } from './dynamo-table.ts';
import { decodePage, encodePage } from './list-cursor.ts';

/** Records that one request reads at most: an owner may have thousands, and most of them may not match. */
export const mostRead = 500;
/** Records of one query, where not each of them is listed. */
const perQuery = 100;

/**
 * Sessions of one owner, newest first. DynamoDB reads a record whether it matches or not, so that a filter there would
 * save nothing; here it can ignore case.
 * @param alive is a record not expired?
 * @throws ChirpsmithError BadInput for a cursor that this owner was not given
 */
export async function listSessions(
  table: Pick<DynamoTable, 'page'>,
  alive: (item: Item) => boolean,
  owner: string,
  query: SessionQuery,
): Promise<SessionList> {
  const { limit, cursor, kind, status, search = '', counts: wantsCounts = false } = query;
  const isWhole = kind === undefined && status === undefined && search === '' && !wantsCounts;
  const text = search.toLowerCase();
  const belongs = (session: Session) =>
    (kind === undefined || session.kind === kind) &&
    (session.name.toLowerCase().includes(text) || session.sessionId.startsWith(text));
  const counts: NonNullable<SessionList['counts']> = {};
  const sessions: Session[] = [];
  let read = 0;
  let last: Item | undefined;
  let from: Item | undefined = cursor === undefined ? undefined : decodePage(cursor, owner);
  do {
    const { items, next } = await table.page({
      IndexName: 'byOwner',
      KeyConditionExpression: '#owner = :owner',
      ExpressionAttributeNames: { '#owner': 'owner' },
      ExpressionAttributeValues: { ':owner': owner },
      ScanIndexForward: false,
      Limit: isWhole ? limit : Math.min(perQuery, mostRead - read),
      ExclusiveStartKey: from,
    });
    read += items.length;
    from = next;
    for (const [index, item] of items.entries()) {
      if (!alive(item)) continue;
      const session = parseItem(sessionSchema, item);
      if (!belongs(session)) continue;
      counts[session.status] = (counts[session.status] ?? 0) + 1;
      if (status !== undefined && !status.includes(session.status)) continue;
      if (sessions.length < limit) sessions.push(session);
      // The page after begins behind the last one that is listed; others are read to be counted.
      if (sessions.length === limit) last ??= index < items.length - 1 ? item : next;
    }
  } while (!isWhole && from !== undefined && read < mostRead && (wantsCounts || sessions.length < limit));
  const end = last ?? from;
  return {
    sessions,
    ...(wantsCounts ? { counts, counted: { whole: from === undefined, read } } : {}),
    ...(end === undefined ? {} : { next: encodePage(end, owner) }),
  };
}
