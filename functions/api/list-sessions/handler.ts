import { sessionStore } from '../../runtime/clients.ts';
import { route } from '../http.ts';
import { listSessions } from './list-sessions.ts';

export const handler = route('GET /sessions', async ({ subject, query }) => ({
  status: 200,
  body: await listSessions(subject, query, sessionStore()),
}));
