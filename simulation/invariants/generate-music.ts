import { clipAudio } from '../../packages/provider-sandbox/clip-audio.ts';
import { clipSeconds } from '../harness/world.ts';
import type { MusicPlan } from '../plan.ts';
import type { Snapshot } from './snapshot.ts';

/** What holds of music beyond what holds of everything. */
export function ofMusic(snapshot: Snapshot<MusicPlan>): string[] {
  return [
    ...clipsAreThose(snapshot),
    ...audioIsKept(snapshot),
    ...missingIsTold(snapshot),
    ...noLinkWrittenDown(snapshot),
  ];
}

/** Recorded clips are those that the provider made, all of them and in its order. */
function clipsAreThose({ session: { create, music, status }, provider }: Snapshot): string[] {
  const clips = music?.clips.map(({ clipId }) => clipId) ?? [];
  if (status === 'ready' && clips.length === 0) return ['the music is ready and has no clip'];
  if (create.fence !== 'ready') {
    return clips.length === 0 || create.earlier.length > 0
      ? []
      : [`there are clips while the call is ${create.fence}`];
  }
  const made = provider.music.find(({ taskId }) => taskId === create.taskId);
  if (made?.status !== 'success') return [`the music of task ${create.taskId} is not done at the provider`];
  return made.clipIds.join() === clips.join()
    ? []
    : [`the provider made the clips ${made.clipIds}, the session has ${clips}`];
}

/** Ready means that all audio is in the bucket; and what is there is that clip's, whole. */
function audioIsKept({ world: { bucket }, session: { status, music } }: Snapshot): string[] {
  return (music?.clips ?? []).flatMap(({ clipId, key }, index) => {
    if (key === undefined) return status === 'ready' ? [`ready without the audio of clip ${clipId}`] : [];
    const kept = bucket.kept(key);
    if (!kept) return [`the audio of clip ${clipId} is said to be in the bucket, and is not`];
    const made = clipAudio(clipId, clipSeconds + index);
    return Buffer.compare(kept, made) === 0 ? [] : [`what is kept as clip ${clipId} is not its audio`];
  });
}

/** How a run ends that could not copy all of the audio. */
const copyErrors: ReadonlySet<string> = new Set(['DeadlineExceeded', 'AudioLocked']);

/** Music that is made and not all kept: the session goes on, or says which clip is missing. */
function missingIsTold({ session: { status, create, music, failure } }: Snapshot): string[] {
  if (create.fence !== 'ready' || status !== 'failed' || !failure || !copyErrors.has(failure.error))
    return [];
  const missing = (music?.clips ?? []).filter(({ key }) => key === undefined);
  const untold = missing.filter(({ clipId }) => !failure.reason.includes(clipId));
  return untold.map(({ clipId }) => `clip ${clipId} is missing, and the failure does not say so`);
}

/** The provider's links to the audio do not last, and are secrets as long as they do. */
function noLinkWrittenDown({ session }: Snapshot): string[] {
  return JSON.stringify(session).includes('/_audio/') ? ["the record holds a link to a clip's audio"] : [];
}
