import { s3, sessionStore, settings } from '../../runtime/clients.ts';
import { createUploadUrls } from '../../sessions/upload-urls.ts';
import { environment } from '../../shared/environment.ts';
import { route } from '../http.ts';
import { replaceTrack } from './replace-track.ts';

export const handler = route('PUT /sessions/{id}/tracks/{trackId}', async ({ subject, path, body }) => {
  const bucket = environment('AUDIO_BUCKET');
  const uploads = createUploadUrls({ client: s3(), bucket, minutes: settings().urls.upload });
  const deps = { store: sessionStore(), uploads, bucket, settings: settings(), now: Date.now };
  return { status: 200, body: await replaceTrack(path, subject, body, deps) };
});
