import type { SessionStore } from '../../sessions/session-store.ts';
import type { SessionKind } from '../../shared/states.ts';
import { listQuery, type SessionListAnswer } from '../contract.ts';
import { parseInput } from '../request.ts';
import { summary } from '../session-answer.ts';

/**
 * `GET /sessions`: the caller's sessions, newest first, a page at a time. Statuses are the record's: whether
 * a run was cut off is told by `GET /sessions/{id}`.
 * @param kind only sessions of this kind, as `GET /generations` wants them
 * @throws ChirpsmithError BadInput
 */
export async function listSessions(
  subject: string,
  query: Readonly<Record<string, string | undefined>>,
  store: Pick<SessionStore, 'list'>,
  kind?: SessionKind,
): Promise<SessionListAnswer> {
  const { sessions, next } = await store.list(subject, { ...parseInput(listQuery, query), kind });
  return { sessions: sessions.map(summary), ...(next === undefined ? {} : { next }) };
}
