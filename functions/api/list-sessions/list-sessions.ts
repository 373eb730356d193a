import type { SessionLists } from '../../domain/session-records.ts';
import type { QueryOf } from '../../runtime/spec.ts';
import type { SessionListAnswer } from '../contract/session.ts';
import { summary } from '../session-response.ts';
import type { route } from './route.ts';

/**
 * `GET /sessions`, and `GET /generations` for those of its kind: the caller's sessions, newest first, a page at a time.
 * Statuses are the record's: whether a run was cut off is reported by `GET /sessions/{id}`.
 */
export async function listSessions(
  subject: string,
  { counts, ...query }: QueryOf<typeof route>,
  store: Pick<SessionLists, 'list'>,
): Promise<SessionListAnswer> {
  const { sessions, ...more } = await store.list(subject, { ...query, counts: counts === 'true' });
  return { sessions: sessions.map(summary), ...more };
}
