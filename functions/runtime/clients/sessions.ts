import type { SessionStore } from '../../domain/session-records.ts';
import { sessionsHere, sessionsToBegin as sessionsThatMayBegin } from '../../storage/sessions-here.ts';
import { eventBus } from './events.ts';
import { once } from './once.ts';
import { here } from './place.ts';
import { storeWith } from './records.ts';

/** For a function that changes the status of sessions. In a file of its own, for only those put events. */
export const sessionStore: () => SessionStore = /* @__PURE__ */ once(() => storeWith(eventBus));

/** The sessions for a function that asks the provider: those of another place are refused when they are read. */
export const sessionsOfHere: () => SessionStore = /* @__PURE__ */ once(() =>
  sessionsHere(sessionStore(), here()),
);

/** For a function by which a person begins runs. */
export const sessionsToBegin: () => SessionStore = /* @__PURE__ */ once(() =>
  sessionsThatMayBegin(sessionStore(), here()),
);

/** For a function that records sessions, with this place: one that is there already is answered, of any place. */
export const sessionsToCreate: () => SessionStore = /* @__PURE__ */ once(() => ({
  ...sessionStore(),
  create: sessionsOfHere().create,
}));
