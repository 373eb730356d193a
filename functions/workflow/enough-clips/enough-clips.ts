import type { SessionStore } from '../../sessions/session-store.ts';
import { ChirpsmithError } from '../../shared/errors.ts';
import type { Settings } from '../../shared/settings.ts';
import type { CreateModelState } from '../../shared/states.ts';

/**
 * `Enough clips?`: at least as many as the provider trains on (6), and as many as the session asks for.
 * Counted in the record, because a branch may have run twice.
 * @throws ChirpsmithError NotEnoughClips, naming every track without a clip
 */
export async function enoughClips(
  { sessionId }: { sessionId: string },
  { store, settings }: { store: SessionStore; settings: Settings },
): Promise<CreateModelState> {
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
  if (session.status === 'uploading') await store.updateSession(session, { status: 'creating' });
  return { sessionId };
}
