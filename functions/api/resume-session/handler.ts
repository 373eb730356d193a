import { milliseconds as now, settings } from '../../runtime/clients/base.ts';
import { executions } from '../../runtime/clients/executions.ts';
import { requestStore as requests } from '../../runtime/clients/records.ts';
import { sessionsToBegin as store } from '../../runtime/clients/sessions.ts';
import { runIdempotentRoute, runRequestOf } from '../idempotent-route.ts';
import { resumeSession } from './resume-session.ts';
import { route } from './route.ts';

export const handler = runIdempotentRoute(
  route,
  async (request, deps) => {
    const { subject, path, body } = request;
    return { body: await resumeSession(path.id, subject, body, deps, runRequestOf(request)), outcome: {} };
  },
  { store, executions, requests, settings, now },
);
