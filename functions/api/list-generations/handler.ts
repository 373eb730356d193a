import { sessionLists as store } from '../../runtime/clients/session-lists.ts';
import { listSessions } from '../list-sessions/list-sessions.ts';
import { runRoute } from '../run-route.ts';
import { route } from './route.ts';

export const handler = runRoute(
  route,
  async ({ subject, query }, { store: sessions }) => ({
    body: await listSessions(subject, { ...query, kind: 'music' }, sessions),
  }),
  { store },
);
