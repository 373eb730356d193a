import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { ProviderOrigin } from '../../domain/provider-origin.ts';
import { sandboxHost } from '../../domain/provider-origin.ts';
import type { SessionStore } from '../../domain/session-records.ts';
import { logger, measure } from '../../observability/log.ts';
import { storeObserver } from '../../observability/store-observer.ts';
import type { Dialect } from '../../provider/provider.ts';
import { toChirpsmithError } from '../../shared/aws-errors.ts';
import { environment } from '../../shared/environment.ts';
import { createModelStore } from '../../storage/model-store.ts';
import { createPersonaStore } from '../../storage/persona-store.ts';
import { createRequestStore } from '../../storage/request-store.ts';
import { createSessionContents } from '../../storage/session-contents.ts';
import { createSessionStore } from '../../storage/session-store.ts';
import { sessionsHere } from '../../storage/sessions-here.ts';
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
    watcher: storeObserver({
      measure,
      prices: () => settings().prices,
      bus: eventBus,
      warn: (message, error) => logger.warn(message, { error: toChirpsmithError(error) }),
    }),
  }),
);

/** Where this stage's calls go. */
export const here = once(() => ({ placeOf, stage: environment('STAGE') }));

function placeOf(dialect: Dialect): ProviderOrigin | undefined {
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
