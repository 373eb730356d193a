import { slower } from '../shared/backoff.ts';
import { ChirpsmithError } from '../shared/errors.ts';
import type { SessionNotes } from './session-records.ts';

/**
 * The provider throttled a call of this session: its uploads slow down by one step, unless they have since the call was
 * made. So calls that were made together and throttled together are one sign, and not as many as there are tracks.
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
      now.pace <= pace && now.pace < slower(pace) ? { pace: slower(pace) } : undefined,
    );
    return session.pace;
  } catch (error) {
    // The machine would repeat the step for these, and with it the call, sooner than the provider asked for.
    const busy = error instanceof ChirpsmithError && /^(RecordConflict|StorageUnavailable)$/.test(error.name);
    if (busy) return slower(pace);
    throw error;
  }
}
