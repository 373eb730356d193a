import { type SessionAnswer, tracksPerSecond } from '../functions/api/contract/session.ts';
import { isRunning } from '../functions/domain/session.ts';
import type { ApiClient } from './api-client.ts';
import { ApiUnreachable } from './api-errors.ts';
import { sessionChanges } from './diff-sessions.ts';
import type { CliEvent } from './events.ts';
import type { WaitingClock } from './waiting-clock.ts';

/** Why we no longer watch. */
export type Ending =
  /** The session came to a rest: nothing happens any more without a request. */
  | { readonly why: 'ended'; readonly session: SessionAnswer }
  /** Our own deadline; the session goes on. */
  | { readonly why: 'deadline' }
  /** The API does not answer any more. */
  | { readonly why: 'lost'; readonly reason: string };

export const stackEnded = 'The local stack has ended.';

/** In seconds. */
const shortestPause = 0.2;

/**
 * Looks at a session until it comes to a rest, and tells what changed.
 * @param options.before what is known already; only changes to it are told
 * @param options.deadline seconds from now
 * @param options.longestPause seconds until the next look, whatever Retry-After says
 * @param options.isStackRunning whether the stack's process lives; a dead one is not waited for
 * @throws ApiRefusal when there is no such session, or the signal's reason
 */
export async function watchSession(
  client: Pick<ApiClient, 'getSession'>,
  sessionId: string,
  options: {
    before: SessionAnswer | undefined;
    emit(event: CliEvent): void;
    signal: AbortSignal;
    deadline: number | undefined;
    longestPause: number;
    isStackRunning(): boolean;
    clock: WaitingClock;
  },
): Promise<Ending> {
  const { emit, signal, deadline, longestPause, isStackRunning, clock } = options;
  const until = deadline === undefined ? Number.POSITIVE_INFINITY : clock.now() + deadline * 1000;
  let before = options.before;
  for (;;) {
    signal.throwIfAborted();
    let retryAfter: number | undefined;
    try {
      const seen = await client.getSession(sessionId);
      retryAfter = seen.retryAfter;
      for (const event of sessionChanges(before, seen.session)) emit(event);
      before = seen.session;
      if (!isRunning(seen.session)) return { why: 'ended', session: seen.session };
    } catch (error) {
      // The client has tried several times already.
      if (!(error instanceof ApiUnreachable)) throw error;
      return { why: 'lost', reason: isStackRunning() ? error.message : stackEnded };
    }
    const left = until - clock.now();
    if (left <= 0) return { why: 'deadline' };
    // Thousands of tracks are pages and pages: those are not read twice a second.
    const longest = Math.max(longestPause, (before?.tracks.length ?? 0) / tracksPerSecond);
    // Retry-After counts whole seconds, in which a stack of this machine may check twenty times. The next check may be the end.
    const isDue = before?.status === 'training' && retryAfter === 1 && longest < 1;
    const seconds = isDue ? shortestPause : Math.min(Math.max(retryAfter ?? longest, shortestPause), longest);
    await clock.sleep(Math.min(seconds * 1000, left), signal);
  }
}
