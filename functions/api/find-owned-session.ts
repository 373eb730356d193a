import type { Session } from '../domain/session.ts';
import type { SessionStore, SessionWithTracks } from '../domain/session-records.ts';
import { ChirpsmithError } from '../shared/errors.ts';

/**
 * The caller's session. Another owner's session is answered exactly like one that does not exist, on purpose.
 * @throws ChirpsmithError SessionNotFound
 */
export async function ownSession(
  sessionId: string,
  subject: string,
  store: Pick<SessionStore, 'read'>,
): Promise<SessionWithTracks> {
  const found = await store.read(sessionId);
  if (found?.session.owner === subject) return found;
  throw new ChirpsmithError('SessionNotFound', `There is no session ${sessionId} of yours.`);
}

/**
 * The same without its tracks, of which there may be thousands.
 * @throws ChirpsmithError SessionNotFound
 */
export async function ownSessionAlone(
  sessionId: string,
  subject: string,
  store: Pick<SessionStore, 'requireSession'>,
): Promise<Session> {
  const session = await store.requireSession(sessionId).catch(nothingIfUnknown);
  if (session?.owner === subject) return session;
  throw new ChirpsmithError('SessionNotFound', `There is no session ${sessionId} of yours.`);
}

/** Turns an unknown session into undefined. */
export function nothingIfUnknown(error: unknown): undefined {
  if (!(error instanceof ChirpsmithError && error.name === 'SessionNotFound')) throw error;
}
