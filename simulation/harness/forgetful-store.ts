import type { Session, Track } from '../../functions/domain/session.ts';
import type { WholeSessionStore } from '../../functions/domain/session-records.ts';

/**
 * FOR TESTS OF THE TESTS: a store that forgets the intent to call, be it the paid call of a session or the upload of
 * a track. It reports a write, keeps the intent in memory, and returns it when the outcome is written, so
 * an undisturbed run goes well. It models programs that record what they have done, not what
 * they are about to do.
 */
export function withoutIntents(store: WholeSessionStore): WholeSessionStore {
  const intents = new Map<string, Pick<Session, 'create' | 'journal'>>();
  /** Sessions of which the program that wrote the intent has not read again yet: it finds what it expects. */
  const unread = new Set<string>();
  const announced = new Map<string, Partial<Track>>();
  return {
    ...store,
    async updateTrack(track, changes) {
      const name = `${track.sessionId} ${track.trackId}`;
      if (changes.status === 'submitting') {
        const { status, attempts = track.attempts, attemptsInDoubt, journal } = changes;
        const intent = { status, attempts, attemptsInDoubt, journal };
        announced.set(name, intent);
        return { ...track, ...intent };
      }
      const remembered = announced.get(name) ?? {};
      announced.delete(name);
      return store.updateTrack(track, { ...remembered, ...changes });
    },
    async updateSession(session, changes) {
      if (changes.create?.fence !== 'intent') return store.updateSession(session, changes);
      const { create, journal } = changes;
      intents.set(session.sessionId, { create, journal });
      unread.add(session.sessionId);
      return { ...session, create, journal };
    },
    async requireSession(sessionId) {
      const session = await store.requireSession(sessionId);
      const intent = unread.delete(sessionId) ? intents.get(sessionId) : undefined;
      return intent ? { ...session, ...intent } : session;
    },
    changeSession: (sessionId, change) =>
      store.changeSession(sessionId, (session) => {
        const intent = intents.get(sessionId);
        const changes = change(intent ? { ...session, ...intent } : session);
        // The outcome is written: from now on the record says what there is to know.
        if (changes?.create) intents.delete(sessionId);
        return changes;
      }),
  };
}

/** FOR TESTS OF THE TESTS: a store that leaves the last file out when a session is read that is being uploaded. */
export function withoutLastFile(store: WholeSessionStore): WholeSessionStore {
  return {
    ...store,
    async require(sessionId) {
      const { session, tracks } = await store.require(sessionId);
      return { session, tracks: session.status === 'uploading' ? tracks.slice(0, -1) : tracks };
    },
  };
}
