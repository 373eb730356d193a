import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { keptFailures } from '../domain/earlier-failures.ts';
import { withTurn } from '../domain/journal.ts';
import { isRunning, type Session, sessionSchema, type Track, trackSchema } from '../domain/session.ts';
import type { Changes, SessionStore, StoreObserver } from '../domain/session-records.ts';
import { addToTally, countedSchema, noTracks } from '../domain/track-tally.ts';
import { ChirpsmithError } from '../shared/errors.ts';
import { mapConcurrent } from '../shared/map-concurrent.ts';
import { createDurationStore } from './duration-store.ts';
import {
  aliveAt,
  allUnder,
  createDynamoTable,
  type Item,
  ignoreConflict,
  isConflict,
  type Key,
  parseItem,
} from './dynamo-table.ts';
import { idRecordKey, sessionRecordKey, trackRecordKey, tracksAfter } from './record-keys.ts';

/** Writes under way at the same time: a slice of a batch is hundreds of tracks. */
const writesAtOnce = 25;

/** How often `changeSession` may lose to another writer before it gives up. */
const writeAttempts = 5;

/** The attribute that puts a session into the sparse index `underWay`, or takes it out. */
const marks = (session: Pick<Session, 'status'>) => ({
  underWay: isRunning(session) ? 'yes' : session.status === 'open' ? 'not-yet' : undefined,
});

/** The journal after a write that begins a run, or turns the status. */
function journalOf(
  session: Session,
  { status = session.status, runs = session.runs, runBy, journal }: Changes<Session>,
  at: string,
): Pick<Session, 'journal'> {
  const begins = runs !== session.runs;
  if (!begins && status === session.status) return {};
  const by = begins && runBy !== undefined ? { by: runBy } : {};
  return { journal: withTurn(journal ?? session.journal, { at, status, run: runs, ...by }) };
}

/** @param clock milliseconds since the epoch, to leave out what has expired but is not yet deleted */
export function createSessionStore(options: {
  client: DynamoDBDocumentClient;
  tableName: string;
  clock: () => number;
  watcher?: StoreObserver;
}): SessionStore {
  const { clock, watcher } = options;
  const table = createDynamoTable(options);
  const alive = aliveAt(clock);
  const notFound = (what: string) => new ChirpsmithError('SessionNotFound', `There is no ${what}.`);

  const trackItem = ({ sessionId, expiresAt }: Session, track: Track) => ({
    ...trackRecordKey(sessionId, track.trackId),
    expiresAt,
    ...track,
  });

  async function get(key: Key): Promise<Item | undefined> {
    const item = await table.get(key);
    return item && alive(item) ? item : undefined;
  }

  const store: SessionStore = {
    ...createDurationStore(options),
    async create(session, tracks) {
      await mapConcurrent(tracks, writesAtOnce, (track) =>
        // A conflict is with a start that died half-way: the session was never written, so the track is ours.
        table.put(trackItem(session, track)).catch(ignoreConflict),
      );
      await table.put({ ...sessionRecordKey(session.sessionId), ...session, ...marks(session) });
      await watcher?.session(undefined, session);
    },

    async addTracks(session, tracks) {
      await mapConcurrent(tracks, writesAtOnce, (track) =>
        table.put(trackItem(session, track), {
          ConditionExpression: 'attribute_not_exists(pk) OR (#version = :untouched AND sha256 = :sha256)',
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: { ':untouched': 0, ':sha256': track.sha256 ?? '' },
        }),
      );
    },

    async read(sessionId) {
      const items: Item[] = [];
      // A page is 1 MB: one for a training, several for a batch.
      for await (const page of table.pages(allUnder(sessionRecordKey(sessionId).pk))) items.push(...page);
      const sessionItem = items.find((item) => item.sk === 'SESSION' && alive(item));
      if (!sessionItem) return undefined;
      return {
        session: parseItem(sessionSchema, sessionItem),
        tracks: items.filter((item) => item !== sessionItem).map((item) => parseItem(trackSchema, item)),
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
      return parseItem(sessionSchema, item);
    },

    async requireTrack(sessionId, trackId) {
      const item = await get(trackRecordKey(sessionId, trackId));
      if (!item) throw notFound(`track ${trackId} in session ${sessionId}`);
      return parseItem(trackSchema, item);
    },

    async readTracks(sessionId, { after = '', limit }) {
      const items: Item[] = [];
      // One more than asked for shows whether others follow.
      for await (const page of table.pages({ ...tracksAfter(sessionId, after), Limit: limit + 1 })) {
        items.push(...page);
        if (items.length > limit) break;
      }
      const tracks = items.slice(0, limit).map((item) => parseItem(trackSchema, item));
      return { tracks, more: items.length > limit };
    },

    async readWithTracks(sessionId, { after, limit }) {
      if (after !== undefined) {
        const item = await get(sessionRecordKey(sessionId));
        const page = item && (await store.readTracks(sessionId, { after, limit }));
        return page && { session: parseItem(sessionSchema, item), ...page };
      }
      const items: Item[] = [];
      // The session comes first, then its tracks, and one more than asked for.
      const all = allUnder(sessionRecordKey(sessionId).pk);
      for await (const page of table.pages({ ...all, Limit: limit + 2 })) {
        items.push(...page);
        if (items.length > limit + 1) break;
      }
      const [first, ...others] = items;
      if (first?.sk !== 'SESSION' || !alive(first)) return undefined;
      return {
        session: parseItem(sessionSchema, first),
        tracks: others.slice(0, limit).map((item) => parseItem(trackSchema, item)),
        more: others.length > limit,
      };
    },

    async tallyTracks(sessionId, after = '') {
      let tally = noTracks;
      const counted = {
        ProjectionExpression: '#status, attempts, attemptsInDoubt, calls, submittedAt, failure',
        ExpressionAttributeNames: { '#status': 'status' },
      };
      for await (const page of table.pages({ ...tracksAfter(sessionId, after), ...counted })) {
        tally = addToTally(
          tally,
          page.map((item) => parseItem(countedSchema, item)),
        );
      }
      return tally;
    },

    async updateSession(session, changes) {
      const updatedAt = new Date(clock()).toISOString();
      const key = sessionRecordKey(session.sessionId);
      const marked = changes.status === undefined ? {} : marks({ status: changes.status });
      const turned = (changes.status ?? session.status) === session.status ? {} : { statusSince: updatedAt };
      const written = {
        ...changes,
        ...keptFailures(session, changes),
        ...journalOf(session, changes, updatedAt),
        ...marked,
        ...turned,
        updatedAt,
      };
      const after = parseItem(sessionSchema, await table.update(key, session.version, written));
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
      const after = parseItem(trackSchema, await table.update(key, track.version, changes));
      watcher?.track(track, after);
      return after;
    },

    async claimId({ sessionId, expiresAt, provider }, what, id, clipId) {
      const key = idRecordKey(provider, what, id);
      // These outlive the record of their session, as they do at the provider.
      const lasts = what === 'model' || what === 'persona';
      const item = { ...key, sessionId, clipId, ...(lasts ? {} : { expiresAt }) };
      try {
        await table.put(item);
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

    async findId(what, id, place) {
      const { sessionId } = (await get(idRecordKey(place, what, id))) ?? {};
      return typeof sessionId === 'string' ? sessionId : undefined;
    },
  };
  return store;
}
