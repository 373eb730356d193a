import { sessionStore } from '../../runtime/clients.ts';
import { route } from '../http.ts';
import { listSessions } from '../list-sessions/list-sessions.ts';

export const handler = route('GET /generations', async ({ subject, query }) => ({
  status: 200,
  body: await listSessions(subject, query, sessionStore(), 'music'),
}));
