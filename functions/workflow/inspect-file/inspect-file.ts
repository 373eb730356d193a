import { inspectTrack, isUnseen } from '../../domain/inspect-track.ts';
import { resetTrack } from '../../domain/reset-track.ts';
import { isRunning } from '../../domain/session.ts';
import type { Deps } from '../../runtime/spec.ts';
import { ChirpsmithError } from '../../shared/errors.ts';
import type { FileState } from '../../shared/state-contracts.ts';
import type { state } from './state.ts';

export type InspectFileDeps = Deps<typeof state>;

/**
 * `Inspect file`: gives one file of a batch its attempts of this run, and looks at what is in it. A file that cannot
 * be used is data: it is rejected in the record and never sent.
 * @throws ChirpsmithError NotPossible when the session was stopped meanwhile; what stopped this run at the provider
 */
export async function inspectFile(
  { sessionId, trackId }: FileState,
  deps: InspectFileDeps,
): Promise<FileState> {
  const session = await deps.store.requireSession(sessionId);
  if (!isRunning(session)) {
    throw new ChirpsmithError('NotPossible', `Session ${sessionId} is "${session.status}": nothing is sent.`);
  }
  if (session.stopped?.run === session.runs) {
    throw new ChirpsmithError(session.stopped.error, session.stopped.reason);
  }
  const track = await deps.store.requireTrack(sessionId, trackId);
  const begun = await resetTrack(track, session.runs, deps);
  if (isUnseen(begun)) await inspectTrack(begun, deps);
  return { sessionId, trackId };
}
