import { elsewhere, type Here } from '../../domain/provider-origin.ts';
import type { Music, Session } from '../../domain/session.ts';
import type { SessionLists, SessionStore } from '../../domain/session-records.ts';
import type { Dialect } from '../../provider/provider.ts';
import { mapConcurrent } from '../../shared/map-concurrent.ts';
import { nothingIfUnknown } from '../find-owned-session.ts';

/** A clip to make music from, where one was named. */
export type FoundClip = { fromClip?: NonNullable<Music['fromClip']>; warning?: string } | { problem: string };

/** Sessions that are looked through for an id that no record of music has: the newest, and of those with files fewer. */
const newest = 100;
const newestWithFiles = 20;
const tracksOfEach = 1000;

const rules =
  'it must exist at the relay, must have been generated there and not uploaded, and must be of the same account';

interface ClipDeps {
  readonly store: Pick<SessionStore, 'findId' | 'requireSession' | 'readTracks'> & Pick<SessionLists, 'list'>;
  readonly here?: Here | undefined;
}

/**
 * Holds the three rules of the relay's page against our records: a clip of the caller's own music, made at this relay, is
 * known to keep them. What is known to break one is refused by name. Of any other clip nothing is known, so it is passed
 * on only where the caller says so.
 */
export async function findClip(
  { fromClip: clipId, uncheckedClip }: { fromClip?: string | undefined; uncheckedClip: boolean },
  owner: string,
  deps: ClipDeps,
): Promise<FoundClip> {
  if (clipId === undefined) return {};
  for (const dialect of ['relay', 'mountsea'] as const) {
    const session = await claimant(clipId, dialect, deps);
    if (session?.owner === owner) return ofMusic(clipId, session, deps);
    if (session) return { problem: 'is no clip of yours' };
  }
  const known = await amongTheNewest(clipId, owner, deps);
  if (known) return known;
  if (!uncheckedClip) {
    return {
      problem: `is of no music of yours at this relay, so nothing of it could be checked: ${rules}. If you know that it is so, say uncheckedClip (--unchecked-clip)`,
    };
  }
  const warning = `The clip ${clipId} is in no record of yours, so nobody has checked the rules: ${rules}.`;
  return { fromClip: { clipId }, warning };
}

/** The session of the music that a clip is of, in a dialect, here. */
async function claimant(
  clipId: string,
  dialect: Dialect,
  { store, here }: ClipDeps,
): Promise<Session | undefined> {
  const sessionId = await store.findId('clip', clipId, here?.placeOf(dialect));
  return sessionId === undefined ? undefined : store.requireSession(sessionId).catch(nothingIfUnknown);
}

/** A clip of the caller's own music. */
function ofMusic(clipId: string, { sessionId, music, provider }: Session, { here }: ClipDeps): FoundClip {
  const problem = here && elsewhere(`is of the music ${sessionId}, and`, provider, here);
  if (problem !== undefined) return { problem };
  if (music?.dialect === 'relay') return { fromClip: { clipId, sessionId } };
  return { problem: `is of the music ${sessionId}, made at MountSea: ${rules}` };
}

/** What the caller's newer sessions say of a clip, in music of another place or as an upload. */
async function amongTheNewest(clipId: string, owner: string, deps: ClipDeps): Promise<FoundClip | undefined> {
  const { store } = deps;
  const { sessions } = await store.list(owner, { limit: newest });
  const made = sessions.find(({ music }) => music?.clips.some((clip) => clip.clipId === clipId));
  if (made) return ofMusic(clipId, made, deps);
  const withFiles = sessions.filter(({ kind }) => kind !== 'music').slice(0, newestWithFiles);
  const found = await mapConcurrent(withFiles, 5, async ({ sessionId }) => {
    const { tracks } = await store.readTracks(sessionId, { limit: tracksOfEach });
    const track = tracks.find((one) => one.clipId === clipId);
    return track && `is the clip of an upload, ${track.file} of session ${sessionId}: ${rules}`;
  });
  const problem = found.find((one) => one !== undefined);
  return problem === undefined ? undefined : { problem };
}
