import { existsSync } from 'node:fs';
import type { SessionAnswer, SessionListAnswer } from '../functions/api/contract.ts';
import { homeDirectory } from '../local/home.ts';
import type { ApiClient } from './api-client.ts';
import type { Surroundings } from './command.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { reachStack } from './reach-stack.ts';

type Listed = SessionListAnswer['sessions'][number];

/** Sessions shown at most, the newest. */
const longestList = 100;
/** Sessions asked about at the same time. */
const atOnce = 8;

/**
 * Shows the sessions, newest first, with what can be done with each. Where no stack runs, one is started to read
 * the records, and stopped again; where there is no home, none is needed to say so.
 * @throws ChirpsmithError, ApiRefusal, ApiUnreachable
 */
export async function listSessions(_args: object, surroundings: Surroundings): Promise<ExitCode> {
  const { display, env } = surroundings;
  if (!existsSync(homeDirectory(env))) {
    display.tell({ event: 'sessions.listed', count: 0 });
    return exitCodes.done;
  }
  const reached = await reachStack(undefined, surroundings, { quiet: true, spends: false });
  try {
    const { sessions } = await reached.client.listSessions();
    const shown = sessions.slice(0, longestList);
    for (let from = 0; from < shown.length; from += atOnce) {
      const some = shown.slice(from, from + atOnce);
      const standing = await Promise.all(some.map((session) => standingOf(session, reached.client)));
      some.forEach((session, index) => {
        const ageSeconds = Math.max(0, Math.round((Date.now() - Date.parse(session.createdAt)) / 1000));
        display.tell({ event: 'session.listed', ...session, ...(standing[index] ?? end), ageSeconds });
      });
    }
    display.tell({ event: 'sessions.listed', count: shown.length });
    return exitCodes.done;
  } finally {
    display.close();
    await reached.release();
  }
}

const end = { actions: [] };

/** The list has the record's word; only the session itself knows whether it was cut off and what can be done. */
async function standingOf(
  { sessionId, status }: Listed,
  client: ApiClient,
): Promise<Pick<SessionAnswer, 'actions'> & Partial<Pick<SessionAnswer, 'status'>>> {
  if (status === 'ready' || status === 'abandoned') return end;
  const { session } = await client.getSession(sessionId);
  return { status: session.status, actions: session.actions };
}
