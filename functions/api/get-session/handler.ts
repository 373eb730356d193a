import { milliseconds as now, settings, speed } from '../../runtime/clients/base.ts';
import { executions } from '../../runtime/clients/executions.ts';
import { storeWithoutEvents as store } from '../../runtime/clients/records.ts';
import { environment } from '../../shared/environment.ts';
import { runRoute } from '../run-route.ts';
import { consoleLink } from './console-link.ts';
import { getSession, getTracksAfter } from './get-session.ts';
import { route } from './route.ts';

export const handler = runRoute(
  route,
  async ({ subject, path, query: { after } }, deps) => {
    const { answer, retryAfter } =
      after === undefined
        ? await getSession(path.id, subject, deps)
        : { answer: await getTracksAfter(path.id, subject, deps, after), retryAfter: undefined };
    return { body: { ...answer, ...consoleLink(answer.executionArn, environment('STAGE')) }, retryAfter };
  },
  { store, executions, settings, now, speed },
);
