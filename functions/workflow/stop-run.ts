import type { Session } from '../domain/session.ts';
import type { SessionNotes } from '../domain/session-records.ts';
import { ChirpsmithError, type ErrorName } from '../shared/errors.ts';

/** What would fail for every other file as well: the account, or the way to the audio. */
type Stop = Extract<ErrorName, 'ProviderAuth' | 'CreditsExhausted' | 'AudioUnreachable'>;

/** Writes down why a run ends, so that its other files are sent no more in it. */
export async function stopRun(
  { sessionId, runs }: Session,
  error: Stop,
  reason: string,
  { store, now }: { readonly store: SessionNotes; readonly now: () => string },
): Promise<ChirpsmithError> {
  await store.changeSession(sessionId, (current) =>
    current.runs === runs && current.stopped?.run !== runs
      ? { stopped: { error, reason, at: now(), run: runs } }
      : undefined,
  );
  return new ChirpsmithError(error, reason);
}
