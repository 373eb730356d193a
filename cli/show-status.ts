import { existsSync } from 'node:fs';
import type { SessionAnswer } from '../functions/api/contract.ts';
import { homeDirectory } from '../local/home.ts';
import { ApiRefusal } from './api-client.ts';
import type { StatusArguments } from './arguments.ts';
import type { Surroundings } from './command.ts';
import { comeBack } from './display/words.ts';
import type { Next } from './events.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { type ReachedStack, reachStack } from './reach-stack.ts';
import { isUnderWay, trackResults } from './session-changes.ts';
import { endOf } from './session-end.ts';
import { watchSession } from './watch-session.ts';

/**
 * Shows the list, one session, or follows one to its end. Where no stack runs, one is started to read the
 * records, and stopped again.
 * @throws ChirpsmithError, ApiRefusal, ApiUnreachable
 */
export async function showStatus(args: StatusArguments, surroundings: Surroundings): Promise<ExitCode> {
  const { display, env } = surroundings;
  if (!existsSync(homeDirectory(env))) {
    if (args.session !== undefined) return unknown(args.session, surroundings);
    display.tell({ event: 'sessions.listed', count: 0 });
    return exitCodes.done;
  }
  const reached = await reachStack(undefined, surroundings, { quiet: !args.watch, spends: false });
  try {
    if (args.session === undefined) return await list(reached, surroundings);
    if (args.watch) return await watch(args.session, args, reached, surroundings);
    const { session } = await reached.client.getSession(args.session);
    display.tell({ event: 'session.status', ...session, ...nextOf(session) });
    return exitCodes.done;
  } catch (error) {
    if (error instanceof ApiRefusal && error.status === 404 && args.session !== undefined) {
      return unknown(args.session, surroundings);
    }
    throw error;
  } finally {
    display.close();
    await reached.release();
  }
}

/** Sessions shown at most; the rest is counted in nobody's interest. */
const longestList = 100;

async function list({ client }: ReachedStack, { display }: Surroundings): Promise<ExitCode> {
  let next: string | undefined;
  let count = 0;
  do {
    const page = await client.listSessions(next);
    for (const session of page.sessions) {
      // The list has the record's word; only the session itself knows whether it was cut off.
      const { status } = isUnderWay(session.status)
        ? (await client.getSession(session.sessionId)).session
        : session;
      display.tell({ event: 'session.listed', ...session, status });
    }
    count += page.sessions.length;
    next = page.next;
  } while (next !== undefined && count < longestList);
  display.tell({ event: 'sessions.listed', count });
  return exitCodes.done;
}

async function watch(
  sessionId: string,
  args: StatusArguments,
  reached: ReachedStack,
  { display, signal }: Surroundings,
): Promise<ExitCode> {
  const { session } = await reached.client.getSession(sessionId);
  display.tell({ event: 'session.found', sessionId, name: session.name, tracks: trackResults(session) });
  if (session.status === 'creating' || session.status === 'training') {
    display.tell({ event: `session.${session.status}`, sessionId });
  }
  try {
    const ending = await watchSession(reached.client, sessionId, {
      before: session,
      tell: display.tell,
      signal,
      deadline: args.deadline,
      isRunning: reached.isRunning,
    });
    // Whoever comes back wants to know how long the session took, not how long it was watched.
    const { createdAt, updatedAt } = 'session' in ending ? ending.session : session;
    const seconds = (Date.parse(updatedAt) - Date.parse(createdAt)) / 1000;
    const { event, code } = endOf(ending, sessionId, seconds);
    display.tell(event);
    return code;
  } catch (error) {
    if (!signal.aborted) throw error;
    const next = { words: 'To come back to it:', command: comeBack(sessionId) };
    display.tell({ event: 'session.left', sessionId, running: true, next });
    return exitCodes.left;
  }
}

function unknown(sessionId: string, { display }: Surroundings): ExitCode {
  display.tell({
    event: 'input.rejected',
    message: 'There is no such session here.',
    problems: [{ where: sessionId, message: 'Not known. The list: npm run status' }],
  });
  return exitCodes.badInput;
}

/** What a person can do with a session that stands like this. */
function nextOf(session: SessionAnswer): { next?: Next } {
  const { event } = endOf({ why: 'ended', session }, session.sessionId, 0);
  if (isUnderWay(session.status))
    return { next: { words: 'To follow it:', command: comeBack(session.sessionId) } };
  return 'next' in event && event.next ? { next: event.next } : {};
}
