import { executions, sessionStore, settings } from '../../dependencies.ts';
import { route } from '../http.ts';
import { startSession } from './start-session.ts';

export const handler = route('POST /sessions/{id}/start', async ({ subject, path }) => {
  const deps = { store: sessionStore(), executions: executions(), settings: settings(), now: Date.now };
  return { status: 202, body: await startSession(path.id, subject, deps), headers: { 'retry-after': '1' } };
});
