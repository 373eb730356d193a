import {
  BatchWriteCommand,
  type BatchWriteCommandInput,
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type * as z from 'zod';
import { keptFailures } from '../domain/earlier-failures.ts';
import { originKey } from '../domain/provider-origin.ts';
import { isRunning, type Session, sessionSchema, type Track, trackSchema } from '../domain/session.ts';
import type { SessionStore, StoreObserver } from '../domain/session-records.ts';
import { addToTally, countedSchema, noTracks } from '../domain/track-tally.ts';
import { named } from '../shared/aws-errors.ts';
import { ChirpsmithError } from '../shared/errors.ts';
import { mapConcurrent } from '../shared/map-concurrent.ts';
import { createConditionalWriter, isConflict } from './conditional-writes.ts';
import { decodePage, encodePage } from './list-cursor.ts';
import { sessionRecordKey, trackRecordKey, tracksAfter } from './record-keys.ts';

/** Items that DynamoDB takes in one batch (documented). */
const itemsPerBatch = 25;

/** Batches of which DynamoDB may leave some items undone before it counts as busy. */
const batchAttempts = 5;

/** Writes under way at the same time: a slice of a batch is hundreds of tracks. */
const writesAtOnce = 25;

/** Writes of `changeSession` that may lose to somebody else before it gives up. */
const writeAttempts = 5;

/** The attribute that puts a session into the sparse index `underWay`, or takes it out. */
const marks = (session: Pick<Session, 'status'>) => ({
  underWay: isRunning(session) ? 'yes' : session.status === 'open' ? 'not-yet' : undefined,
});

/** @param clock milliseconds since the epoch, to leave out what has expired but is not yet deleted */
export function createSessionStore(options: {
  client: DynamoDBDocumentClient;
  tableName: string;
  clock: () => number;
  watcher?: StoreObserver;
}): SessionStore {
  const { client, tableName: TableName, clock, watcher } = options;
  const alive = (item: Record<string, unknown>) =>
    typeof item.expiresAt !== 'number' || item.expiresAt * 1000 > clock();
  const notFound = (what: string) => new ChirpsmithError('SessionNotFound', `There is no ${what}.`);

  const { put, update } = createConditionalWriter(options);

  const trackItem = ({ sessionId, expiresAt }: Session, track: Track) => ({
    ...trackRecordKey(sessionId, track.trackId),
    expiresAt,
    ...track,
  });

  async function get(key: Record<string, string>): Promise<Record<string, unknown> | undefined> {
    const { Item } = await named(client.send(new GetCommand({ TableName, Key: key, ConsistentRead: true })));
    return Item && alive(Item) ? Item : undefined;
  }

  /** A page is 1 MB: one for a training, several for a batch. */
  async function* pagesOf(input: Omit<QueryCommandInput, 'TableName'>) {
    let from: Record<string, unknown> | undefined;
    do {
      const start = from ? { ExclusiveStartKey: from } : {};
      const query = new QueryCommand({ TableName, ConsistentRead: true, ...input, ...start });
      const { Items = [], LastEvaluatedKey } = await named(client.send(query));
      yield Items;
      from = LastEvaluatedKey;
    } while (from);
  }

  const store: SessionStore = {
    async create(session, tracks) {
      await mapConcurrent(tracks, writesAtOnce, (track) =>
        put(trackItem(session, track)).catch(
          // Left by a start that died half-way: the session was never written, so the track is ours.
          (error: unknown) => {
            if (!isConflict(error)) throw error;
          },
        ),
      );
      await put({ ...sessionRecordKey(session.sessionId), ...session, ...marks(session) });
      await watcher?.session(undefined, session);
    },

    async addTracks(session, tracks) {
      await mapConcurrent(tracks, writesAtOnce, (track) =>
        put(trackItem(session, track), {
          ConditionExpression: 'attribute_not_exists(pk) OR (#version = :untouched AND sha256 = :sha256)',
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: { ':untouched': 0, ':sha256': track.sha256 ?? '' },
        }),
      );
    },

    async read(sessionId) {
      const Items: Record<string, unknown>[] = [];
      const query = {
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': sessionRecordKey(sessionId).pk },
      };
      for await (const page of pagesOf(query)) Items.push(...page);
      const sessionItem = Items.find((item) => item.sk === 'SESSION' && alive(item));
      if (!sessionItem) return undefined;
      return {
        session: parse(sessionSchema, sessionItem),
        tracks: Items.filter((item) => item !== sessionItem).map((item) => parse(trackSchema, item)),
      };
    },

    async require(sessionId) {
      const found = await store.read(sessionId);
      if (!found) throw notFound(`session ${sessionId}`);
      return found;
    },

    async requireSession(sessionId) {
      const item = await get(sessionRecordKey(sessionId));
      if (!item) throw notFound(`session ${sessionId}`);
      return parse(sessionSchema, item);
    },

    async requireTrack(sessionId, trackId) {
      const item = await get(trackRecordKey(sessionId, trackId));
      if (!item) throw notFound(`track ${trackId} in session ${sessionId}`);
      return parse(trackSchema, item);
    },

    async readTracks(sessionId, { after = '', limit }) {
      const items: Record<string, unknown>[] = [];
      // One more than asked for shows whether others follow.
      for await (const page of pagesOf({ ...tracksAfter(sessionId, after), Limit: limit + 1 })) {
        items.push(...page);
        if (items.length > limit) break;
      }
      const tracks = items.slice(0, limit).map((item) => parse(trackSchema, item));
      return { tracks, more: items.length > limit };
    },

    async tallyTracks(sessionId, after = '') {
      let tally = noTracks;
      const counted = {
        ProjectionExpression: '#status, attempts, calls, submittedAt, failure',
        ExpressionAttributeNames: { '#status': 'status' },
      };
      for await (const page of pagesOf({ ...tracksAfter(sessionId, after), ...counted })) {
        tally = addToTally(
          tally,
          page.map((item) => parse(countedSchema, item)),
        );
      }
      return tally;
    },

    async updateSession(session, changes) {
      const updatedAt = new Date(clock()).toISOString();
      const key = sessionRecordKey(session.sessionId);
      const marked = changes.status === undefined ? {} : marks({ status: changes.status });
      const turned = (changes.status ?? session.status) === session.status ? {} : { statusSince: updatedAt };
      const written = { ...changes, ...keptFailures(session, changes), ...marked, ...turned, updatedAt };
      const after = parse(sessionSchema, await update(key, session.version, written));
      await watcher?.session(session, after);
      return after;
    },

    async changeSession(sessionId, change) {
      for (let attempt = 1; ; attempt++) {
        const session = await store.requireSession(sessionId);
        const changes = change(session);
        if (!changes) return session;
        try {
          return await store.updateSession(session, changes);
        } catch (error) {
          if (!isConflict(error) || attempt >= writeAttempts) throw error;
        }
      }
    },

    async updateTrack(track, changes) {
      const key = trackRecordKey(track.sessionId, track.trackId);
      const after = parse(trackSchema, await update(key, track.version, changes));
      watcher?.track(track, after);
      return after;
    },

    async claimId({ sessionId, expiresAt, provider }, what, id, clipId) {
      const key = { pk: `PROVIDER#${originKey(provider)}#${what}#${id}`, sk: 'ID' };
      // These outlive the record of their session, as they do at the provider.
      const lasts = what === 'model' || what === 'persona';
      const item = { ...key, sessionId, clipId, ...(lasts ? {} : { expiresAt }) };
      try {
        await put(item);
      } catch (error) {
        if (!isConflict(error)) throw error;
        const found = await get(key);
        if (found === undefined || (found.sessionId === sessionId && found.clipId === clipId)) return;
        throw new ChirpsmithError(
          'ProviderContradiction',
          `The provider gives the ${what} ${id} to session ${sessionId}, and has given it to session ${String(found.sessionId)} before.`,
        );
      }
    },

    async listRunning(limit) {
      const query = new QueryCommand({
        TableName,
        IndexName: 'underWay',
        KeyConditionExpression: 'underWay = :yes',
        ExpressionAttributeValues: { ':yes': 'yes' },
        Limit: limit,
      });
      const { Items = [] } = await named(client.send(query));
      return Items.filter(alive).map((item) => parse(sessionSchema, item));
    },

    async listNotStarted({ from, to }, limit) {
      const query = new QueryCommand({
        TableName,
        IndexName: 'underWay',
        KeyConditionExpression: 'underWay = :notYet AND updatedAt BETWEEN :from AND :to',
        ExpressionAttributeValues: {
          ':notYet': 'not-yet',
          ':from': new Date(from).toISOString(),
          ':to': new Date(to).toISOString(),
        },
        Limit: limit,
      });
      const { Items = [] } = await named(client.send(query));
      return Items.filter(alive).map((item) => parse(sessionSchema, item));
    },

    async list(owner, { limit, cursor, kind }) {
      const sessions: Session[] = [];
      let from: Record<string, unknown> | undefined =
        cursor === undefined ? undefined : decodePage(cursor, owner);
      do {
        const query = new QueryCommand({
          TableName,
          IndexName: 'byOwner',
          KeyConditionExpression: '#owner = :owner',
          ExpressionAttributeNames: { '#owner': 'owner' },
          ExpressionAttributeValues: { ':owner': owner },
          ScanIndexForward: false,
          Limit: limit - sessions.length,
          ExclusiveStartKey: from,
        });
        const { Items = [], LastEvaluatedKey } = await named(client.send(query));
        const found = Items.filter(alive).map((item) => parse(sessionSchema, item));
        sessions.push(...found.filter((session) => kind === undefined || session.kind === kind));
        from = LastEvaluatedKey;
        // Of one kind a page may hold few; without one it is as long as it is.
      } while (kind !== undefined && from !== undefined && sessions.length < limit);
      return { sessions, ...(from ? { next: encodePage(from, owner) } : {}) };
    },

    async removeTracks(sessionId, trackIds) {
      for (let from = 0; from < trackIds.length; from += itemsPerBatch) {
        let left: BatchWriteCommandInput['RequestItems'] = {
          [TableName]: trackIds
            .slice(from, from + itemsPerBatch)
            .map((trackId) => ({ DeleteRequest: { Key: trackRecordKey(sessionId, trackId) } })),
        };
        for (let attempt = 1; left && Object.keys(left).length > 0; attempt++) {
          if (attempt > batchAttempts) {
            throw new ChirpsmithError('StorageUnavailable', 'DynamoDB leaves items of a batch undone.');
          }
          left = (await named(client.send(new BatchWriteCommand({ RequestItems: left })))).UnprocessedItems;
        }
      }
    },

    async remove(sessionId) {
      const last = new DeleteCommand({
        TableName,
        Key: sessionRecordKey(sessionId),
        // Gone already, where somebody else deleted it at the same time.
        ConditionExpression: 'attribute_not_exists(pk) OR #status = :deleting',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':deleting': 'deleting' },
      });
      await named(client.send(last));
    },
  };
  return store;
}

function parse<T>(schema: z.ZodType<T>, item: unknown): T {
  const parsed = schema.safeParse(item);
  if (parsed.success) return parsed.data;
  throw new ChirpsmithError(
    'Unexpected',
    `A record does not have the expected form: ${parsed.error.message}`,
  );
}
