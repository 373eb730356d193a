import type { ApiGround } from './api.ts';
import { clipAudio } from './clip-audio.ts';
import type { ReceivedCall, Reply } from './http.ts';
import { audioOf, forbiddenPath } from './music.ts';

/** `GET /_audio/<clip>.wav`: a clip's audio, as the provider's links give it. No key is asked for, none is in the ledger. */
export function audio(
  ground: Pick<ApiGround, 'state' | 'settings' | 'now'>,
  { path, method }: ReceivedCall,
): Reply {
  if (path === forbiddenPath) return { status: 403, body: 'Forbidden.' };
  const clipId = /^\/_audio\/([\w-]+)\.wav$/.exec(path)?.[1] ?? '';
  const settings = ground.settings();
  const clip = audioOf({ state: ground.state, settings, now: ground.now() }, clipId);
  if (!clip || method !== 'GET') return { status: 404, body: 'Not found.' };
  if (!clip.open) return { status: 403, body: 'Forbidden.' };
  const body = settings.clips.audio ?? clipAudio(clipId, clip.seconds);
  return { status: 200, body, headers: { 'content-type': 'audio/wav' } };
}
