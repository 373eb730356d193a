import { executions, sessionStore, settings } from '../../dependencies.ts';
import { route } from '../http.ts';
import { approveSession } from './approve-session.ts';

export const handler = route('POST /sessions/{id}/approve', async ({ subject, path }) => {
  const deps = { store: sessionStore(), executions: executions(), settings: settings(), now: Date.now };
  return { status: 202, body: await approveSession(path.id, subject, deps), headers: { 'retry-after': '1' } };
});
