import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { SessionStore } from '../../domain/session-records.ts';
import type { EventBus } from '../../observability/event-bus.ts';
import { logger, measure } from '../../observability/log.ts';
import { storeObserver } from '../../observability/store-observer.ts';
import { toChirpsmithError } from '../../shared/aws-errors.ts';
import { environment } from '../../shared/environment.ts';
import { createModelStore } from '../../storage/model-store.ts';
import { createPersonaStore } from '../../storage/persona-store.ts';
import { createRequestStore } from '../../storage/request-store.ts';
import { createSessionContents } from '../../storage/session-contents.ts';
import { createSessionStore } from '../../storage/session-store.ts';
import { sessionsHere } from '../../storage/sessions-here.ts';
import { settings } from './base.ts';
import { once } from './once.ts';
import { here } from './place.ts';

export const documents = /* @__PURE__ */ once(() =>
  DynamoDBDocumentClient.from(new DynamoDBClient(), { marshallOptions: { removeUndefinedValues: true } }),
);

/** The sessions, with events of what becomes of them. */
export const storeWith = (bus: () => EventBus) =>
  createSessionStore({
    client: documents(),
    tableName: environment('TABLE_NAME'),
    clock: Date.now,
    watcher: storeObserver({
      measure,
      prices: () => settings().prices,
      bus,
      warn: (message, error) => logger.warn(message, { error: toChirpsmithError(error) }),
    }),
  });

/** For a function that changes no session's status, and may put no events. */
export const storeWithoutEvents: () => SessionStore = /* @__PURE__ */ once(() =>
  storeWith(() => {
    throw new Error('This function may put no events.');
  }),
);

/** The same for a function that asks the provider: sessions of another place are refused when they are read. */
export const sessionsOfHereWithoutEvents: () => SessionStore = /* @__PURE__ */ once(() =>
  sessionsHere(storeWithoutEvents(), here()),
);

export const sessionContents = /* @__PURE__ */ once(() =>
  createSessionContents({ client: documents(), tableName: environment('TABLE_NAME'), clock: Date.now }),
);

export const requestStore = /* @__PURE__ */ once(() =>
  createRequestStore({ client: documents(), tableName: environment('TABLE_NAME'), clock: Date.now }),
);

export const modelStore = /* @__PURE__ */ once(() =>
  createModelStore({ client: documents(), tableName: environment('TABLE_NAME') }),
);

export const personaStore = /* @__PURE__ */ once(() =>
  createPersonaStore({ client: documents(), tableName: environment('TABLE_NAME') }),
);
