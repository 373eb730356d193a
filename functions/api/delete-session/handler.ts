import { executions, s3, sessionContents, sessionStore } from '../../runtime/clients.ts';
import { createSessionFiles } from '../../sessions/session-files.ts';
import { environment } from '../../shared/environment.ts';
import { route } from '../http.ts';
import { deleteSession } from './delete-session.ts';

export const handler = route('DELETE /sessions/{id}', async ({ subject, path, query }) => {
  const files = createSessionFiles({ client: s3(), bucket: environment('AUDIO_BUCKET') });
  const deps = {
    store: sessionStore(),
    contents: sessionContents(),
    files,
    executions: executions(),
    now: Date.now,
  };
  await deleteSession(path.id, subject, deps, query);
  return { status: 204 };
});
