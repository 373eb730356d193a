import { ChirpsmithError } from '../shared/errors.ts';
import { slower } from '../shared/pace.ts';
import type { SessionStore } from './session-store.ts';

/**
 * The provider turned a call of this session away: all its uploads go slower from now on. Several that were turned
 * away at the same pace slow it down once.
 * @param pace at which the call was made
 * @returns the pace to go on with; also when it could not be written down, because it is advice and no truth
 */
export async function slowDown(store: SessionStore, sessionId: string, pace: number): Promise<number> {
  const wanted = slower(pace);
  try {
    const session = await store.changeSession(sessionId, (now) =>
      now.pace >= wanted ? undefined : { pace: wanted },
    );
    return Math.max(session.pace, wanted);
  } catch (error) {
    // The machine would repeat the step for these, and with it the call, sooner than the provider asked for.
    const busy = error instanceof ChirpsmithError && /^(RecordConflict|StorageUnavailable)$/.test(error.name);
    if (busy) return wanted;
    throw error;
  }
}
