import type { SessionStore } from '../../domain/session-records.ts';
import type { QueryOf } from '../../runtime/spec.ts';
import type { SessionKind } from '../../shared/state-contracts.ts';
import type { SessionListAnswer } from '../contract/session.ts';
import { summary } from '../session-response.ts';
import type { route } from './route.ts';

/**
 * `GET /sessions`: the caller's sessions, newest first, a page at a time. Statuses are the record's: whether
 * a run was cut off is reported by `GET /sessions/{id}`.
 * @param kind only sessions of this kind, as `GET /generations` wants them
 */
export async function listSessions(
  subject: string,
  query: QueryOf<typeof route>,
  store: Pick<SessionStore, 'list'>,
  kind?: SessionKind,
): Promise<SessionListAnswer> {
  const { sessions, next } = await store.list(subject, { ...query, kind });
  return { sessions: sessions.map(summary), ...(next === undefined ? {} : { next }) };
}
