import type { Deps } from '../../runtime/spec.ts';
import { ChirpsmithError } from '../../shared/errors.ts';
import type { GenerationAnswer } from '../contract/music.ts';
import { ownSession } from '../find-owned-session.ts';
import { sessionStatus } from '../get-session/get-session.ts';
import { firstPage } from '../session-response.ts';
import type { route } from './route.ts';

export type GetGenerationDeps = Deps<typeof route>;

/**
 * `GET /generations/{id}`: the status of the music, and a fresh link to each file that exists.
 * @throws ChirpsmithError SessionNotFound, for another kind of session as well
 */
export async function getGeneration(
  sessionId: string,
  subject: string,
  deps: GetGenerationDeps,
): Promise<{ answer: GenerationAnswer; retryAfter?: number }> {
  const noMusic = () => new ChirpsmithError('SessionNotFound', `There is no music ${sessionId} of yours.`);
  const found = await ownSession(sessionId, subject, deps.store);
  const { kind, music } = found.session;
  // Before its execution is asked about: this function may do so only for music.
  if (kind !== 'music' || !music) throw noMusic();
  const { answer: session, ...rest } = await sessionStatus(firstPage(found), deps);
  const expiresAt = new Date(deps.now() + deps.settings.urls.download * 60_000).toISOString();
  const downloads = music.clips.flatMap(({ clipId, key }) =>
    key === undefined
      ? []
      : [
          deps.downloads.get({ key }).then((url) => ({
            clipId,
            file: key.split('/').at(-1) ?? clipId,
            url,
            expiresAt,
          })),
        ],
  );
  return { answer: { session, downloads: await Promise.all(downloads) }, ...rest };
}
