import { subject } from '../harness/routes.ts';
import type { Snapshot } from './snapshot.ts';

/** An id that the provider has given before, for something else, is not taken for success. */
export async function idsAreNew({ world, session, tracks }: Snapshot): Promise<string[]> {
  const broken: string[] = [];
  const clips = new Map<string, string>();
  // Clips are compared when all are there; a run that ends before that compares nothing.
  const isCompared = ['review', 'creating', 'training', 'ready'].includes(session.status);
  for (const { trackId, clipId, status } of tracks) {
    if (!isCompared || status !== 'done' || clipId === undefined) continue;
    const other = clips.get(clipId);
    if (other !== undefined) broken.push(`tracks ${other} and ${trackId} have the same clip`);
    clips.set(clipId, trackId);
  }
  if (world.past.size === 0) return broken;

  const { sessions } = await world.records.list(subject, { limit: 50 });
  for (const elder of sessions.filter(({ sessionId }) => world.past.has(sessionId))) {
    const shared = (a: string | undefined, b: string | undefined) => a !== undefined && a === b;
    if (shared(session.providerSessionId, elder.providerSessionId)) {
      broken.push("the provider's session is another session's");
    }
    if (shared(session.modelId, elder.modelId)) broken.push("the model is another session's");
    const works = ['generating', 'copying', 'ready'].includes(session.status);
    if (works && session.kind === 'music' && shared(session.create.taskId, elder.create.taskId)) {
      broken.push("the music is another session's");
    }
    const theirs = new Set(elder.music?.clips.map(({ clipId }) => clipId));
    if (session.music?.clips.some(({ clipId }) => theirs.has(clipId))) {
      broken.push("a clip of the music is another session's");
    }
  }
  return broken;
}

/** What the provider has reported as an error is not on record as under way there. The latest call is what a record is about. */
export function errorsAreErrors({ world, session, tracks, atProvider, provider }: Snapshot): string[] {
  const broken: string[] = [];
  const { fence, taskId } = session.create;
  const isRefused = (isOfIt: (call: (typeof world.calls)[number]) => boolean) =>
    world.calls.findLast(isOfIt)?.fault === 'envelope';
  if (fence === 'submitted') {
    const known =
      session.kind === 'music'
        ? provider.music.some((it) => it.taskId === taskId)
        : (atProvider?.trainings.length ?? 0) > 0;
    if (!known && isRefused(({ call }) => call === 'create' || call === 'generate')) {
      broken.push('what the provider reported as an error is on record as under way');
    }
  }
  const uploads = new Set(atProvider?.uploads.map((it) => it.taskId));
  for (const track of tracks) {
    if (track.status !== 'submitted' || uploads.has(track.taskId ?? '')) continue;
    const isItsUpload = ({ call, trackId }: { call: string; trackId?: string | undefined }) =>
      (call === 'upload' || call === 'addToBatch') && trackId === track.trackId;
    if (isRefused(isItsUpload))
      broken.push(`track ${track.trackId} is on record as submitted, after an error`);
  }
  return broken;
}
