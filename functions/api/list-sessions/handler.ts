import { sessionLists as store } from '../../runtime/clients/session-lists.ts';
import { runRoute } from '../run-route.ts';
import { listSessions } from './list-sessions.ts';
import { route } from './route.ts';

export const handler = runRoute(
  route,
  async ({ subject, query }, { store: sessions }) => ({ body: await listSessions(subject, query, sessions) }),
  { store },
);
