import { executions, sessionStore, settings } from '../../dependencies.ts';
import { route } from '../http.ts';
import { resumeSession } from './resume-session.ts';

export const handler = route('POST /sessions/{id}/resume', async ({ subject, path, body }) => {
  const deps = { store: sessionStore(), executions: executions(), settings: settings(), now: Date.now };
  return {
    status: 202,
    body: await resumeSession(path.id, subject, body, deps),
    headers: { 'retry-after': '1' },
  };
});
