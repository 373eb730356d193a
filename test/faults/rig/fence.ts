import type { Session } from '../../../functions/sessions/session.ts';
import type { SessionStore } from '../../../functions/sessions/session-store.ts';

/**
 * FOR TESTS OF THE TESTS: a store that forgets the intent to call create. It says that it has written it, keeps
 * it in memory, and brings it up again when the outcome is written, so that a run which nothing disturbs goes
 * well: what many programs do that write down what they have done, not what they are about to do.
 */
export function withoutFence(store: SessionStore): SessionStore {
  const intents = new Map<string, Session['create']>();
  return {
    ...store,
    async updateSession(session, changes) {
      if (changes.create?.fence !== 'intent') return store.updateSession(session, changes);
      intents.set(session.sessionId, changes.create);
      return { ...session, create: changes.create };
    },
    changeSession: (sessionId, change) =>
      store.changeSession(sessionId, (session) => {
        const intent = intents.get(sessionId);
        const remembered =
          intent && session.create.fence === 'none' ? { ...session, create: intent } : session;
        return change(remembered);
      }),
  };
}
