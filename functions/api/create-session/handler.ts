import { randomUUID } from 'node:crypto';
import { s3, sessionContents, sessionStore, settings } from '../../dependencies.ts';
import { createUploadUrls } from '../../sessions/upload-urls.ts';
import { environment } from '../../shared/environment.ts';
import { route } from '../http.ts';
import { createSession } from './create-session.ts';

export const handler = route('POST /sessions', async ({ subject, body }) => {
  const bucket = environment('AUDIO_BUCKET');
  const uploads = createUploadUrls({ client: s3(), bucket, minutes: settings().urls.upload });
  const deps = {
    store: sessionStore(),
    contents: sessionContents(),
    uploads,
    bucket,
    settings: settings(),
    now: Date.now,
    newId: randomUUID,
  };
  const created = await createSession(subject, body, deps);
  return { status: created.existing ? 200 : 201, body: created };
});
