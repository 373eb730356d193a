import { executions, sessionStore, settings } from '../../runtime/clients.ts';
import { route } from '../http.ts';
import { cancelSession } from './cancel-session.ts';

export const handler = route('POST /sessions/{id}/cancel', async ({ subject, path }) => {
  const deps = { store: sessionStore(), executions: executions(), settings: settings(), now: Date.now };
  return { status: 200, body: await cancelSession(path.id, subject, deps) };
});
