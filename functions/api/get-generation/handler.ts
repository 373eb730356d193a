import { executions, s3, sessionStore, settings } from '../../runtime/clients.ts';
import { createDownloadUrls } from '../../sessions/upload-urls.ts';
import { environment } from '../../shared/environment.ts';
import { route } from '../http.ts';
import { getGeneration } from './get-generation.ts';

export const handler = route('GET /generations/{id}', async ({ subject, path }) => {
  const { urls } = settings();
  const bucket = environment('AUDIO_BUCKET');
  const { answer, retryAfter } = await getGeneration(path.id, subject, {
    store: sessionStore(),
    executions: executions(),
    settings: settings(),
    now: Date.now,
    speed: environment('CLOCK_SPEED'),
    downloads: createDownloadUrls({ client: s3(), bucket, minutes: urls.download }),
  });
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  return { status: 200, body: answer, headers };
});
