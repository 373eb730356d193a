import { executions, sessionStore, settings } from '../../dependencies.ts';
import { route } from '../http.ts';
import { decideSession } from './decide-session.ts';

export const handler = route('POST /sessions/{id}/decide', async ({ subject, path, body }) => {
  const deps = { store: sessionStore(), executions: executions(), settings: settings(), now: Date.now };
  return {
    status: 202,
    body: await decideSession(path.id, subject, body, deps),
    headers: { 'retry-after': '1' },
  };
});
