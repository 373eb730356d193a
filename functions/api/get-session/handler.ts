import { milliseconds as now, settings, speed } from '../../runtime/clients/base.ts';
import { executions } from '../../runtime/clients/executions.ts';
import { sessionStore as store } from '../../runtime/clients/records.ts';
import { environment } from '../../shared/environment.ts';
import { runRoute } from '../http.ts';
import { consoleLink } from './console-link.ts';
import { getSession } from './get-session.ts';
import { route } from './route.ts';

export const handler = runRoute(
  route,
  async ({ subject, path, query }, deps) => {
    const { answer, retryAfter } = await getSession(path.id, subject, deps, query);
    return { body: { ...answer, ...consoleLink(answer.executionArn, environment('STAGE')) }, retryAfter };
  },
  { store, executions, settings, now, speed },
);
