import { executions, s3, sessionContents, sessionStore } from '../../dependencies.ts';
import { createSessionFiles } from '../../sessions/session-files.ts';
import { environment } from '../../shared/environment.ts';
import { route } from '../http.ts';
import { deleteSession } from './delete-session.ts';

export const handler = route('DELETE /sessions/{id}', async ({ subject, path }) => {
  const files = createSessionFiles({ client: s3(), bucket: environment('AUDIO_BUCKET') });
  await deleteSession(path.id, subject, {
    store: sessionStore(),
    contents: sessionContents(),
    files,
    executions: executions(),
    now: Date.now,
  });
  return { status: 204 };
});
