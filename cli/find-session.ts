import type { SessionAnswer, SessionListAnswer } from '../functions/api/contract/session.ts';
import type { ApiClient } from './api-client.ts';
import { ApiRefusal } from './api-errors.ts';
import { UsageError } from './usage-error.ts';

/** A whole id, as `randomUUID` gives it. */
const idLength = 36;
/** Fewest characters that may abbreviate an id. */
const shortest = 4;

type Listed = SessionListAnswer['sessions'][number];

/**
 * The session that an id, or its beginning, means.
 * @throws UsageError when there is none, or when several begin like this
 */
export async function findSession(
  typed: string,
  client: Pick<ApiClient, 'getSession' | 'listSessions'>,
): Promise<SessionAnswer> {
  const wanted = typed.trim().toLowerCase();
  if (wanted.length >= idLength) return read(wanted, typed, client);
  if (wanted.length < shortest) {
    throw new UsageError('This is too little of an id.', [
      { where: typed, message: `Give at least its first ${shortest} characters.` },
    ]);
  }
  const meant: Listed[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.listSessions(cursor);
    meant.push(...page.sessions.filter(({ sessionId }) => sessionId.startsWith(wanted)));
    cursor = page.next;
  } while (cursor !== undefined);

  const [only, ...others] = meant;
  if (!only) throw unknownSession(typed);
  if (others.length > 0) {
    throw new UsageError(
      `${meant.length} sessions begin with "${typed}": give more of the id.`,
      meant.map(({ sessionId, name, status }) => ({ where: sessionId, message: `"${name}", ${status}` })),
    );
  }
  return read(only.sessionId, typed, client);
}

/** What to do when an id is missing or wrong. */
export const theList = { words: 'The list of sessions:', command: 'npx chirpsmith sessions' };

/** Nobody here knows such a session. */
export function unknownSession(typed: string): UsageError {
  return new UsageError(
    'There is no such session here.',
    [{ where: typed, message: 'Not known.' }],
    undefined,
    [theList],
  );
}

async function read(
  sessionId: string,
  typed: string,
  client: Pick<ApiClient, 'getSession'>,
): Promise<SessionAnswer> {
  try {
    return (await client.getSession(sessionId)).session;
  } catch (error) {
    throw error instanceof ApiRefusal && error.status === 404 ? unknownSession(typed) : error;
  }
}
