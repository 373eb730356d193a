import { milliseconds as now, settings } from '../../runtime/clients/base.ts';
import { executions } from '../../runtime/clients/executions.ts';
import { sessionStore as store } from '../../runtime/clients/sessions.ts';
import { runRoute } from '../run-route.ts';
import { cancelSession } from './cancel-session.ts';
import { route } from './route.ts';

export const handler = runRoute(
  route,
  async ({ subject, path }, deps) => ({ body: await cancelSession(path.id, subject, deps) }),
  { store, executions, settings, now },
);
