import type { SessionStatus } from '../../functions/domain/session.ts';
import type { AudioWay } from './audio-way.ts';

/**
 * Statuses after which the provider fetches nothing more of a session, unless a person resumes it: then its audio is
 * copied again. One that was interrupted keeps what was copied, for it goes on soon.
 */
const done: ReadonlySet<unknown> = new Set<SessionStatus>([
  'ready',
  'failed',
  'cancelled',
  'needs-decision',
  'abandoned',
  'deleting',
]);

export const isDone = (status: unknown): boolean => done.has(status);

/**
 * Removes the audio of sessions that were done, or deleted, while no stack ran or when one was killed.
 * @param statusOf undefined for a session that is not there any more
 */
export async function removeLeftovers(
  way: Pick<AudioWay, 'sessions' | 'remove'>,
  statusOf: (sessionId: string) => Promise<string | undefined>,
): Promise<void> {
  for (const sessionId of (await way.sessions?.()) ?? []) {
    const status = await statusOf(sessionId);
    if (status === undefined || isDone(status)) await way.remove(sessionId);
  }
}
