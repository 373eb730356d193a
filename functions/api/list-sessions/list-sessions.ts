import * as z from 'zod';
import type { SessionStore } from '../../sessions/session-store.ts';
import type { SessionListAnswer } from '../contract.ts';
import { parseInput } from '../http.ts';
import { summary } from '../session-answer.ts';

const listQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(25),
  next: z.string().max(1024).optional(),
});

/**
 * `GET /sessions`: the caller's sessions, newest first, a page at a time. Statuses are the record's: whether
 * a run was cut off is told by `GET /sessions/{id}`.
 * @throws ChirpsmithError BadInput
 */
export async function listSessions(
  subject: string,
  query: Readonly<Record<string, string | undefined>>,
  store: SessionStore,
): Promise<SessionListAnswer> {
  const { sessions, next } = await store.list(subject, parseInput(listQuery, query));
  return { sessions: sessions.map(summary), ...(next === undefined ? {} : { next }) };
}
