import { slower, slowestPace } from '../shared/backoff.ts';
import { ChirpsmithError } from '../shared/errors.ts';
import type { SessionNotes } from './session-records.ts';

/**
 * The provider throttled a call of this session: all its uploads slow down from now on, by one step per throttled
 * call. So a single one costs little, and several at once take effect within seconds.
 * @param pace at which the call was made
 * @returns the new pace, even if it could not be saved: it is only a hint
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
