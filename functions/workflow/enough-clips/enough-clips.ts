import type * as z from 'zod';
import { seenUploads, trainingTimes } from '../../domain/check-times.ts';
import { isWanted, neededClips } from '../../domain/required-clips.ts';
import { canCall, type Session, type Track } from '../../domain/session.ts';
import { withoutSharedClips } from '../../domain/shared-clips.ts';
import type { Deps } from '../../runtime/spec.ts';
import { ChirpsmithError } from '../../shared/errors.ts';
import type { Settings } from '../../shared/settings.ts';
import type { enoughClipsState } from '../../shared/state-contracts.ts';
import { readMachineError } from '../../shared/step-functions-error.ts';
import type { state } from './state.ts';

export type EnoughClipsDeps = Deps<typeof state>;

/**
 * `Enough clips?`: one of each file, unless the session allows fewer; never under what the provider trains on (6).
 * Counted in the record, because a branch may have run twice.
 * Says, too, whether the session waits for a person's approval before the credits are spent.
 * @throws ChirpsmithError what ended a slice of the uploads; NotEnoughClips, naming every track without a clip; ProviderContradiction, naming those that
 *   were given the same clip
 */
export async function enoughClips(
  { sessionId, uploads = [] }: z.infer<typeof enoughClipsState>,
  { store, settings, now }: EnoughClipsDeps,
): Promise<{ sessionId: string; review: boolean }> {
  const failed = uploads.find(({ error }) => error)?.error;
  if (failed) {
    const { name, reason } = readMachineError(failed);
    throw new ChirpsmithError(name, reason);
  }
  const { session, tracks } = await store.require(sessionId);
  if (canCall(session)) {
    const { contradiction } = await withoutSharedClips(tracks, { store, now });
    if (contradiction) throw contradiction;
    requireClips(session, tracks, settings);
  }
  const review = session.review && session.approval === undefined && canCall(session);
  if (session.status === 'uploading') {
    const checkTimes = { ...session.checkTimes, ...trainingTimes(tracks, session.checkTimes, settings) };
    await store.updateSession(session, { status: review ? 'review' : 'creating', checkTimes });
    await store.addDurations(session.provider, 'upload', seenUploads(tracks, session.runs), now());
  }
  return { sessionId, review };
}

function requireClips(session: Session, tracks: readonly Track[], { limits }: Settings): void {
  const without = tracks.filter((track) => isWanted(track) && track.status !== 'done');
  const clips = tracks.filter(({ status }) => status === 'done').length;
  const needed = neededClips(session, tracks, limits);
  if (clips >= needed) return;
  const problems = without.map(({ file, status, failure }) => ({
    where: file,
    message: failure?.reason ?? `was left "${status}"`,
  }));
  const fewer =
    clips >= limits.minClips ? `, or resume with the ${clips} that have a clip (minClips ${clips})` : '';
  const hopeless = without.some(({ status, failure }) => status === 'rejected' || failure?.permanent);
  const files = hopeless ? ' put another file in the place of one that cannot be used and resume' : '';
  const summary = `Only ${clips} of the ${needed} clips that the model needs; nothing was paid for training. A resume tries the others again;${files}${fewer}.`;
  throw new ChirpsmithError('NotEnoughClips', summary.replace(';,', ',').replace(';.', '.'), { problems });
}
