import { slower, slowestPace } from '../shared/backoff.ts';
import { ChirpsmithError } from '../shared/errors.ts';
import type { SessionNotes } from './session-records.ts';

/**
 * The provider turned a call of this session away: all its uploads go slower from now on, by one step for each such
 * call. So a stray one costs little, and a storm, which turns several away at once, is met within seconds.
 * @param pace at which the call was made
 * @returns the pace to go on with; also when it could not be written down, because it is advice and no truth
 */
export async function throttleSession(
  store: Pick<SessionNotes, 'changeSession'>,
  sessionId: string,
  pace: number,
): Promise<number> {
  try {
    const session = await store.changeSession(sessionId, (now) =>
      now.pace < slowestPace ? { pace: slower(now.pace) } : undefined,
    );
    return session.pace;
  } catch (error) {
    // The machine would repeat the step for these, and with it the call, sooner than the provider asked for.
    const busy = error instanceof ChirpsmithError && /^(RecordConflict|StorageUnavailable)$/.test(error.name);
    if (busy) return slower(pace);
    throw error;
  }
}
