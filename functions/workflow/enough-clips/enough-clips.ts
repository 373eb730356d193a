import { mayCall } from '../../sessions/session.ts';
import type { SessionStore } from '../../sessions/session-store.ts';
import { ChirpsmithError } from '../../shared/errors.ts';
import type { Settings } from '../../shared/settings.ts';

/**
 * `Enough clips?`: at least as many as the provider trains on (6), and as many as the session asks for.
 * Counted in the record, because a branch may have run twice.
 * Says, too, whether the session waits for a person's approval before the credits are spent.
 * @throws ChirpsmithError NotEnoughClips, naming every track without a clip
 */
export async function enoughClips(
  { sessionId }: { sessionId: string },
  { store, settings }: { store: SessionStore; settings: Settings },
): Promise<{ sessionId: string; review: boolean }> {
  const { session, tracks } = await store.require(sessionId);
  const clips = tracks.filter(({ status }) => status === 'done').length;
  const needed = Math.max(session.minClips, settings.limits.minClips);
  if (clips < needed) {
    const problems = tracks.flatMap(({ file, failure }) =>
      failure ? [{ where: file, message: failure.reason }] : [],
    );
    const summary = `Only ${clips} of the ${needed} clips that the model needs; nothing was paid for training.`;
    throw new ChirpsmithError('NotEnoughClips', summary, { problems });
  }
  const review = session.review && session.approval === undefined && mayCall(session);
  if (session.status === 'uploading')
    await store.updateSession(session, { status: review ? 'review' : 'creating' });
  return { sessionId, review };
}
