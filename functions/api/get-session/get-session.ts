import type { Deps } from '../../runtime/spec.ts';
import { isInterrupted, isQuiet } from '../../sessions/interruption.ts';
import { isUnderWay } from '../../sessions/session.ts';
import type { SessionWithTracks } from '../../sessions/session-store.ts';
import { getSessionQuery, type SessionAnswer } from '../contract.ts';
import { ownSession } from '../own-session.ts';
import { parseInput } from '../request.ts';
import { retryAfter, sessionAnswer } from '../session-answer.ts';
import type { route } from './route.ts';

export type GetSessionDeps = Deps<typeof route>;

/**
 * `GET /sessions/{id}`: where the session and each of its tracks stand. `retryAfter` in seconds, while
 * something is under way.
 * @throws ChirpsmithError BadInput, SessionNotFound
 */
export async function getSession(
  sessionId: string | undefined,
  subject: string,
  deps: GetSessionDeps,
  query: Readonly<Record<string, string | undefined>> = {},
): Promise<Standing> {
  const { after } = parseInput(getSessionQuery, query);
  return standing(await ownSession(sessionId, subject, deps.store), deps, after);
}

/** A session as `GET /sessions/{id}` answers it. */
export interface Standing {
  readonly answer: SessionAnswer;
  readonly retryAfter?: number;
}

/** Where a session that was read already stands. */
export async function standing(
  found: SessionWithTracks,
  { executions, settings, now, speed }: Omit<GetSessionDeps, 'store'>,
  after?: string,
): Promise<Standing> {
  const interrupted =
    isQuiet(found, settings, now(), speed) && (await isInterrupted(found.session, executions, now()));
  const answer = sessionAnswer(found, settings, interrupted, after);
  if (interrupted || !isUnderWay(found.session)) return { answer };
  return { answer, retryAfter: retryAfter(found, settings, now(), speed) };
}
