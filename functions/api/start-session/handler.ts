import { milliseconds as now, settings } from '../../runtime/clients/base.ts';
import { executions } from '../../runtime/clients/executions.ts';
import { requestStore as requests } from '../../runtime/clients/records.ts';
import { sessionsToBegin as store } from '../../runtime/clients/sessions.ts';
import { runIdempotentRoute, runRequestOf } from '../idempotent-route.ts';
import { route } from './route.ts';
import { startSession } from './start-session.ts';

export const handler = runIdempotentRoute(
  route,
  async (request, deps) => {
    const { subject, path } = request;
    return { body: await startSession(path.id, subject, deps, runRequestOf(request)), outcome: {} };
  },
  { store, executions, requests, settings, now },
);
