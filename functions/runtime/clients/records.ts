import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Dialect } from '../../provider/provider.ts';
import { createModelStore } from '../../sessions/model-store.ts';
import { createPersonaStore } from '../../sessions/persona-store.ts';
import type { ProviderPlace } from '../../sessions/provider-place.ts';
import { sandboxHost, sessionsHere } from '../../sessions/provider-place.ts';
import { createRequestStore } from '../../sessions/request-store.ts';
import { createSessionContents } from '../../sessions/session-contents.ts';
import type { SessionStore } from '../../sessions/session-store.ts';
import { createSessionStore } from '../../sessions/session-store.ts';
import { nameError } from '../../shared/aws-errors.ts';
import { environment } from '../../shared/environment.ts';
import { logger, measure } from '../../shared/log.ts';
import { recordWatcher } from '../../telling/record-watcher.ts';
import { settings } from './base.ts';
import { eventBus } from './events.ts';
import { once } from './once.ts';

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
