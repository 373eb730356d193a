import { existsSync } from 'node:fs';
import type { SessionAnswer, SessionListAnswer } from '../functions/api/contract/session.ts';
import { mapConcurrent } from '../functions/shared/map-concurrent.ts';
import { homeDirectory } from '../local/index.ts';
import type { ApiClient } from './api-client.ts';
import type { CommandContext } from './command.ts';
import { connectStack } from './connect.ts';
import type { CliEvent } from './events.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';

type Listed = SessionListAnswer['sessions'][number];

/** Sessions asked about at the same time. */
const atOnce = 8;

/**
 * Shows all sessions, newest first, with what can be done with each. Where no stack runs, one is started to read
 * the records, and stopped again; where there is no home, none is needed to say so.
 * @throws ChirpsmithError, ApiRefusal, ApiUnreachable
 */
export async function listSessions(_args: object, context: CommandContext): Promise<ExitCode> {
  const { display, env, target } = context;
  if (target.stage === undefined && !existsSync(homeDirectory(env))) {
    display.emit(listed(0));
    return exitCodes.done;
  }
  const reached = await connectStack(undefined, context, { quiet: true, spends: false });
  try {
    let count = 0;
    let cursor: string | undefined;
    do {
      const { sessions, next } = await reached.client.listSessions(cursor);
      await showPage(sessions, reached.client, context);
      count += sessions.length;
      cursor = next;
    } while (cursor !== undefined);
    display.emit(listed(count));
    return exitCodes.done;
  } finally {
    display.close();
    await reached.release();
  }
}

function listed(count: number): CliEvent {
  const first = { words: 'The first:', command: 'npx chirpsmith train FOLDER --name NAME' };
  const words = 'The state of one, and the commands to go on (4 characters of the id are enough):';
  const one = { words, command: 'npx chirpsmith status ID' };
  return { event: 'sessions.listed', count, next: [count === 0 ? first : one] };
}

async function showPage(
  sessions: readonly Listed[],
  client: ApiClient,
  { display, signal }: CommandContext,
): Promise<void> {
  const listed = await mapConcurrent(sessions, atOnce, async (session) => {
    signal.throwIfAborted();
    return { ...session, ...(await standingOf(session, client)) };
  });
  for (const session of listed) {
    const ageSeconds = Math.max(0, Math.round((Date.now() - Date.parse(session.createdAt)) / 1000));
    display.emit({ event: 'session.listed', ...session, ageSeconds });
  }
}

/** For these the list already says everything. */
const atRest: readonly Listed['status'][] = ['ready', 'abandoned', 'deleting'];

/** The list has the record's word; only the session itself knows whether it was cut off and what can be done. */
async function standingOf(
  { sessionId, status }: Listed,
  client: ApiClient,
): Promise<Pick<SessionAnswer, 'actions'> & Partial<Pick<SessionAnswer, 'status'>>> {
  if (atRest.includes(status)) return { actions: [] };
  const { session } = await client.getSession(sessionId);
  return { status: session.status, actions: session.actions };
}
