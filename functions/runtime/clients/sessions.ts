import type { SessionStore } from '../../domain/session-records.ts';
import { sessionsHere } from '../../storage/sessions-here.ts';
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

/** The same for a function that begins runs: whose a session is has to be seen before anything is said of it. */
export const sessionsToBegin: () => SessionStore = /* @__PURE__ */ once(() => ({
  ...sessionsOfHere(),
  read: sessionStore().read,
}));
