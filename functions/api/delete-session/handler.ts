import { milliseconds as now } from '../../runtime/clients/base.ts';
import { sessionFiles as files } from '../../runtime/clients/bucket.ts';
import { executions } from '../../runtime/clients/executions.ts';
import { sessionContents as contents } from '../../runtime/clients/records.ts';
import { sessionRemoval } from '../../runtime/clients/session-removal.ts';
import { sessionStore } from '../../runtime/clients/sessions.ts';
import { runRoute } from '../run-route.ts';
import { deleteSession } from './delete-session.ts';
import { route } from './route.ts';

export const handler = runRoute(
  route,
  async ({ subject, path, query }, deps) => {
    const deleted = await deleteSession(path.id, subject, deps, query);
    if (deleted === undefined) return {};
    const body = { sessionId: path.id, status: 'deleting' as const, deleted };
    return { status: 202, body, retryAfter: 1 };
  },
  { store: () => ({ ...sessionStore(), ...sessionRemoval() }), contents, files, executions, now },
);
