import { s3, sessionStore, settings } from '../../dependencies.ts';
import { createUploadUrls } from '../../sessions/upload-urls.ts';
import { environment } from '../../shared/environment.ts';
import { route } from '../http.ts';
import { addFiles } from './add-files.ts';

export const handler = route('POST /sessions/{id}/files', async ({ subject, path, body }) => {
  const bucket = environment('AUDIO_BUCKET');
  const uploads = createUploadUrls({ client: s3(), bucket, minutes: settings().urls.upload });
  const deps = { store: sessionStore(), uploads, bucket, settings: settings(), now: Date.now };
  return { status: 201, body: await addFiles(path.id, subject, body, deps) };
});
