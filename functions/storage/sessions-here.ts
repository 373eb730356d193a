import { isAtProvider } from '../domain/at-provider.ts';
import { elsewhere, type Here } from '../domain/provider-origin.ts';
import type { Session } from '../domain/session.ts';
import type { SessionStore } from '../domain/session-records.ts';
import { ChirpsmithError } from '../shared/errors.ts';

/**
 * The records for functions that ask the provider, or begin what does: a new session is recorded with its place, and
 * one of another place is refused as soon as it is read, before its ids are sent to any provider.
 */
export function sessionsHere(store: SessionStore, here: Here): SessionStore {
  /** Sessions that were seen to be of this place, which does not change. */
  const seen = new Set<string>();
  const checked = (session: Session): Session => {
    const problem = elsewhere(`Session ${session.sessionId}`, session.provider, here);
    if (problem !== undefined) throw new ChirpsmithError('NotPossible', problem);
    seen.add(session.sessionId);
    return session;
  };
  const requireSession = async (sessionId: string) => checked(await store.requireSession(sessionId));
  return {
    ...store,
    create(session, tracks) {
      const provider = here.placeOf(session.music?.dialect ?? 'mountsea');
      return store.create(provider ? { ...session, provider } : session, tracks);
    },
    async read(sessionId) {
      const found = await store.read(sessionId);
      if (found) checked(found.session);
      return found;
    },
    async require(sessionId) {
      const found = await store.require(sessionId);
      checked(found.session);
      return found;
    },
    requireSession,
    async requireTrack(sessionId, trackId) {
      if (!seen.has(sessionId)) await requireSession(sessionId);
      return store.requireTrack(sessionId, trackId);
    },
  };
}

/**
 * The same for functions by which a person begins runs: a session of which nothing is at a provider yet is read as one
 * of this place, and becomes one with the run that is begun. Whose a session is has to be seen before anything is said of
 * it, so that `read` refuses none.
 */
export function sessionsToBegin(store: SessionStore, here: Here): SessionStore {
  const ofHere = sessionsHere(store, here);
  return {
    ...ofHere,
    read: store.read,
    async requireSession(sessionId) {
      const session = await store.requireSession(sessionId);
      if (isAtProvider(session)) return ofHere.requireSession(sessionId);
      return { ...session, provider: here.placeOf('mountsea') };
    },
  };
}
