import { getSecret } from '@aws-lambda-powertools/parameters/secrets';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { findSameBytes, inspectObject } from '../audio/file-on-s3.ts';
import { createEventBus } from '../events/event-bus.ts';
import { createMountSea } from '../provider/mountsea.ts';
import type { Dialect, Provider } from '../provider/provider.ts';
import { createRelay } from '../provider/relay.ts';
import { createExecutions } from '../sessions/executions.ts';
import { createFileLists } from '../sessions/file-list.ts';
import { createModelStore } from '../sessions/model-store.ts';
import { createPersonaStore } from '../sessions/persona-store.ts';
import { type ProviderPlace, sandboxHost, sessionsHere } from '../sessions/provider-place.ts';
import { createRequestStore } from '../sessions/request-store.ts';
import { createSessionContents } from '../sessions/session-contents.ts';
import { createSessionStore, type SessionStore } from '../sessions/session-store.ts';
import { copyObject, hashObject } from '../sessions/stored-object.ts';
import { createDownloadUrls } from '../sessions/upload-urls.ts';
import { nameError } from '../shared/aws-errors.ts';
import { environment } from '../shared/environment.ts';
import { ChirpsmithError } from '../shared/errors.ts';
import { logger, measure } from '../shared/log.ts';
import { meteredProvider } from '../telling/metered-provider.ts';
import { recordWatcher } from '../telling/record-watcher.ts';

/** Seconds for which a function keeps a secret: a changed one is picked up within them. */
const keyLifetime = 300;

/**
 * Builds at the first use and keeps: a function pays only for what it uses, once per environment. The note
 * lets the bundler drop what a function does not use at all, and the client library with it.
 */
/* @__NO_SIDE_EFFECTS__ */
function once<T>(build: () => T): () => T {
  let built: { value: T } | undefined;
  return () => {
    built ??= { value: build() };
    return built.value;
  };
}

export const settings = once(() => environment('SETTINGS'));

const documents = once(() =>
  DynamoDBDocumentClient.from(new DynamoDBClient(), { marshallOptions: { removeUndefinedValues: true } }),
);

export const sessionStore: () => SessionStore = once(() =>
  createSessionStore({
    client: documents(),
    tableName: environment('TABLE_NAME'),
    clock: Date.now,
    watcher: recordWatcher({
      measure,
      prices: () => settings().prices,
      bus: eventBus,
      warn: (message, error) => logger.warn(message, { error: nameError(error) }),
    }),
  }),
);

/** Where this stage's calls go. */
export const here = once(() => ({ placeOf, stage: environment('STAGE') }));

function placeOf(dialect: Dialect): ProviderPlace | undefined {
  const url = environment(dialect === 'relay' ? 'RELAY_BASE_URL' : 'PROVIDER_BASE_URL');
  if (url === '') return undefined;
  const host = environment('PROVIDER_IS_SANDBOX') === 'yes' ? sandboxHost : new URL(url).host;
  return { host, dialect, stage: environment('STAGE') };
}

/** The sessions for a function that asks the provider: those of another place are refused when they are read. */
export const sessionsOfHere: () => SessionStore = once(() => sessionsHere(sessionStore(), here()));

/** The same for a function that begins runs: whose a session is has to be seen before anything is said of it. */
export const sessionsToBegin: () => SessionStore = once(() => ({
  ...sessionsOfHere(),
  read: sessionStore().read,
}));

export const sessionContents = once(() =>
  createSessionContents({ client: documents(), tableName: environment('TABLE_NAME'), clock: Date.now }),
);

export const requestStore = once(() =>
  createRequestStore({ client: documents(), tableName: environment('TABLE_NAME'), clock: Date.now }),
);

export const modelStore = once(() =>
  createModelStore({ client: documents(), tableName: environment('TABLE_NAME') }),
);

export const personaStore = once(() =>
  createPersonaStore({ client: documents(), tableName: environment('TABLE_NAME') }),
);

/** `WHEN_REQUIRED`: else the SDK signs the checksum of an empty body into presigned URLs. */
export const s3 = once(() => new S3Client({ requestChecksumCalculation: 'WHEN_REQUIRED' }));

export const audioBucket = () => environment('AUDIO_BUCKET');

export const inspect = () => inspectObject.bind(undefined, s3());
export const hash = () => hashObject.bind(undefined, s3());
export const copy = () => copyObject.bind(undefined, s3());
export const find = () => findSameBytes.bind(undefined, s3());

export const downloads = () =>
  createDownloadUrls({ client: s3(), bucket: audioBucket(), minutes: settings().urls.download });

export const fileLists = () => createFileLists({ client: s3(), bucket: audioBucket() });

export const provider: () => Provider = once(() =>
  meteredProvider(
    createMountSea({
      baseUrl: environment('PROVIDER_BASE_URL'),
      creditsUrl: environment('PROVIDER_CREDITS_URL') || undefined,
      key: keyIn('PROVIDER_SECRET'),
    }),
    measure,
  ),
);

const relay: () => Provider = once(() =>
  meteredProvider(createRelay({ baseUrl: providerUrl('relay'), key: keyIn('RELAY_SECRET') }), measure),
);

/** Is there a relay to speak to in this stage? Asked without its key. */
export const relayIsConfigured = () => environment('RELAY_BASE_URL') !== '';

/** Where a dialect is served. @throws ChirpsmithError NotPossible when no relay is configured */
export function providerUrl(dialect: Dialect): string {
  if (dialect === 'mountsea') return environment('PROVIDER_BASE_URL');
  if (relayIsConfigured()) return environment('RELAY_BASE_URL');
  throw new ChirpsmithError(
    'NotPossible',
    'No relay is configured in this stage, so nothing was sent: set relayBaseUrl.',
  );
}

/** The client of a dialect. @throws ChirpsmithError NotPossible when no relay is configured */
export const providerOf = (dialect: Dialect): Provider => (dialect === 'relay' ? relay() : provider());

/** Reads a provider's key; `forceFetch`: now, whatever is kept. */
function keyIn(secret: 'PROVIDER_SECRET' | 'RELAY_SECRET') {
  return async ({ forceFetch }: { forceFetch: boolean }): Promise<string> => {
    if (forceFetch) logger.warn('the provider refused the key: reading it anew');
    const options = { maxAge: keyLifetime, forceFetch };
    const key = await getSecret(environment(secret), options).catch((error) => {
      throw nameError(error);
    });
    if (typeof key === 'string' && key !== '') return key;
    const whose = secret === 'RELAY_SECRET' ? "The relay's" : "The provider's";
    throw new ChirpsmithError(
      'ProviderAuth',
      `${whose} key is not set: put it into the secret of this stage.`,
    );
  };
}

/** What signs the events that go to the webhook. */
export async function webhookSecret(): Promise<string> {
  const secret = await getSecret(environment('WEBHOOK_SECRET'), { maxAge: keyLifetime }).catch((error) => {
    throw nameError(error);
  });
  if (typeof secret === 'string' && secret !== '') return secret;
  throw new ChirpsmithError('Unexpected', 'The secret of the webhook has no value: put one into it.');
}

/** The variable that names each kind's machine. */
const machines = {
  train: 'STATE_MACHINE_ARN',
  batch: 'BATCH_MACHINE_ARN',
  music: 'MUSIC_MACHINE_ARN',
} as const;

export const executions = once(() =>
  createExecutions({ client: new SFNClient(), machineArn: (kind) => environment(machines[kind]) }),
);

export const eventBus = once(() =>
  createEventBus({
    client: new EventBridgeClient(),
    bus: environment('EVENT_BUS'),
    source: environment('EVENT_SOURCE'),
  }),
);

/** The clock: ISO moments. */
export const now = () => () => new Date().toISOString();

/** The clock: milliseconds since the epoch. */
export const milliseconds = () => Date.now;

export const random = () => Math.random;
