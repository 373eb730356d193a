import { randomUUID } from 'node:crypto';
import { s3, sessionStore, settings } from '../../dependencies.ts';
import { createUploadUrls } from '../../sessions/upload-urls.ts';
import { environment } from '../../shared/environment.ts';
import { route } from '../http.ts';
import { createSession } from './create-session.ts';

export const handler = route('POST /sessions', async ({ subject, body }) => {
  const bucket = environment('AUDIO_BUCKET');
  const uploads = createUploadUrls({ client: s3(), bucket, minutes: settings().urls.upload });
  const deps = {
    store: sessionStore(),
    uploads,
    bucket,
    settings: settings(),
    now: Date.now,
    newId: randomUUID,
  };
  return { status: 201, body: await createSession(subject, body, deps) };
});
