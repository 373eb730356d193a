import { requestStore, s3, sessionStore, settings } from '../../runtime/clients.ts';
import { createUploadUrls } from '../../sessions/upload-urls.ts';
import { environment } from '../../shared/environment.ts';
import { idempotentRoute } from '../idempotent-route.ts';
import { addFiles } from './add-files.ts';

export const handler = idempotentRoute('POST /sessions/{id}/files', requestStore, async (request) => {
  const { subject, path, body, outcome } = request;
  const bucket = environment('AUDIO_BUCKET');
  const uploads = createUploadUrls({ client: s3(), bucket, minutes: settings().urls.upload });
  const deps = { store: sessionStore(), uploads, bucket, settings: settings(), now: Date.now };
  const isAnswered = outcome !== undefined;
  return { status: 201, body: await addFiles(path.id, subject, body, deps, { isAnswered }), outcome: {} };
});
