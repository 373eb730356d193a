import { s3, sessionStore, settings } from '../../runtime/clients.ts';
import { createPartUploads } from '../../sessions/part-uploads.ts';
import { createUploadUrls } from '../../sessions/upload-urls.ts';
import { environment } from '../../shared/environment.ts';
import { route } from '../http.ts';
import { signUploads } from './sign-uploads.ts';

export const handler = route('POST /sessions/{id}/uploads', async ({ subject, path, body }) => {
  const options = { client: s3(), bucket: environment('AUDIO_BUCKET'), minutes: settings().urls.upload };
  const deps = {
    store: sessionStore(),
    uploads: createUploadUrls(options),
    parts: createPartUploads(options),
    now: Date.now,
  };
  return { status: 200, body: await signUploads(path.id, subject, body, deps) };
});
