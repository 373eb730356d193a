import { once } from 'node:events';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import dynalite from 'dynalite';
import { createModelStore } from '../functions/sessions/model-store.ts';
import { newSession, newTrack, trackIdAt } from '../functions/sessions/new-session.ts';
import { createPersonaStore } from '../functions/sessions/persona-store.ts';
import { createRequestStore } from '../functions/sessions/request-store.ts';
import type { Session, Track } from '../functions/sessions/session.ts';
import { createSessionContents, type SessionContents } from '../functions/sessions/session-contents.ts';
import { createSessionStore, type SessionStore } from '../functions/sessions/session-store.ts';
import { defaultSettings, type Settings, settingsSchema } from '../functions/shared/settings.ts';

/** The moment at which the tests' records are written. */
export const testMoment = '2026-11-21T03:00:00.000Z';

export const settings: Settings = settingsSchema.parse({ ...defaultSettings, retentionDays: 3650 });

/** The session table of the template in a DynamoDB of this process, in memory. */
export async function openTable(clock: () => number = () => Date.parse(testMoment)) {
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-central-1',
    credentials,
  });
  await client.send(
    new CreateTableCommand({
      TableName: 'sessions',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk', 'owner', 'createdAt', 'underWay', 'updatedAt'].map(
        (AttributeName) => ({
          AttributeName,
          AttributeType: 'S',
        }),
      ),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'byOwner',
          KeySchema: [
            { AttributeName: 'owner', KeyType: 'HASH' },
            { AttributeName: 'createdAt', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
        {
          IndexName: 'underWay',
          KeySchema: [
            { AttributeName: 'underWay', KeyType: 'HASH' },
            { AttributeName: 'updatedAt', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  );
  await untilActive(client, 'sessions');
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  const store = createSessionStore({ client: documents, tableName: 'sessions', clock });
  const contents = createSessionContents({ client: documents, tableName: 'sessions', clock });
  const requests = createRequestStore({ client: documents, tableName: 'sessions', clock });
  const models = createModelStore({ client: documents, tableName: 'sessions' });
  const personas = createPersonaStore({ client: documents, tableName: 'sessions' });
  const close = async () => {
    client.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { client: documents, store, contents, requests, models, personas, close };
}

/** A table takes nothing while it is being created, and dynalite creates it after it has answered. */
async function untilActive(client: DynamoDBClient, TableName: string): Promise<void> {
  for (;;) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    if (Table?.TableStatus === 'ACTIVE') return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** For tests that declare the same files again and want another session each time. */
export const neverTheSame: SessionContents = {
  claim: async (_, { sessionId }) => ({ sessionId, claimedAt: 0 }),
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
  store: SessionStore,
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
    const source = { bucket: 'audio', key: `audio/${sessionId}/${trackId}` };
    const track = newTrack({ sessionId, trackId, file: `song ${index + 1}.mp3`, source }, settings);
    return { ...track, ...options.track?.(index) };
  });
  return { session, tracks };
}
