import { newSession, newTrack, trackIdAt } from '../functions/domain/new-session.ts';
import { audioFolder } from '../functions/domain/object-keys.ts';
import type { Session, Track } from '../functions/domain/session.ts';
import type { WholeSessionStore } from '../functions/domain/session-records.ts';
import { defaultSettings, type Settings, settingsSchema } from '../functions/shared/settings.ts';
import { createModelStore } from '../functions/storage/model-store.ts';
import { createPersonaStore } from '../functions/storage/persona-store.ts';
import { createRequestStore } from '../functions/storage/request-store.ts';
import { createSessionContents, type SessionContents } from '../functions/storage/session-contents.ts';
import { createWholeSessionStore } from '../functions/storage/whole-session-store.ts';
import { openMemoryTable } from './tables/memory-table.ts';
import type { Table } from './tables/table.ts';

/** The moment at which the tests' records are written. */
export const testMoment = '2026-11-21T03:00:00.000Z';

/** As beside the sandbox, which asks nobody whose recordings they are. */
export const settings: Settings = settingsSchema.parse({
  ...defaultSettings,
  retentionDays: 3650,
  rightsQuestion: false,
});

/**
 * The session table with the stores over it.
 * @param open the table in memory, unless DynamoDB's own answers are the point
 */
export async function openTable(
  clock: () => number = () => Date.parse(testMoment),
  open: () => Promise<Table> = openMemoryTable,
) {
  const { client, name: tableName, close } = await open();
  const options = { client, tableName, clock };
  return {
    client,
    store: createWholeSessionStore(options),
    contents: createSessionContents(options),
    requests: createRequestStore(options),
    models: createModelStore(options),
    personas: createPersonaStore(options),
    close,
  };
}

/** For tests that declare the same files again and want another session each time. */
export const neverTheSame: SessionContents = {
  claim: async (_, { sessionId }) => ({ sessionId, claimedAt: 0 }),
  find: async () => undefined,
  forget: async () => {},
};

export interface SessionWanted {
  sessionId: string;
  count?: number;
  session?: Partial<Session>;
  track?: (index: number) => Partial<Track>;
}

/** Writes a session of `count` tracks as the API leaves it, changed as a test wants it. */
export async function recordSession(
  store: WholeSessionStore,
  wanted: SessionWanted,
): Promise<{ session: Session; tracks: Track[] }> {
  const made = sessionOf(wanted);
  await store.create(made.session, made.tracks);
  return made;
}

/** The same without writing it. */
export function sessionOf(options: SessionWanted): { session: Session; tracks: Track[] } {
  const { sessionId, count = 6 } = options;
  const given = {
    sessionId,
    owner: 'ana',
    startedBy: 'api',
    name: 'Night Drive',
    skipInvalid: false,
  } as const;
  const session = { ...newSession(given, settings, testMoment), ...options.session };
  const tracks = Array.from({ length: count }, (_, index) => {
    const trackId = trackIdAt(index);
    const source = { bucket: 'audio', key: `${audioFolder(sessionId)}${trackId}` };
    const track = newTrack({ sessionId, trackId, file: `song ${index + 1}.mp3`, source }, settings);
    return { ...track, ...options.track?.(index) };
  });
  return { session, tracks };
}
