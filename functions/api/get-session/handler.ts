import { executions, sessionStore, settings } from '../../runtime/clients.ts';
import { environment } from '../../shared/environment.ts';
import { route } from '../http.ts';
import { consoleLink } from './console-link.ts';
import { getSession } from './get-session.ts';

export const handler = route('GET /sessions/{id}', async ({ subject, path, query }) => {
  const speed = environment('CLOCK_SPEED');
  const deps = {
    store: sessionStore(),
    executions: executions(),
    settings: settings(),
    now: Date.now,
    speed,
  };
  const { answer, retryAfter } = await getSession(path.id, subject, deps, query);
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  return {
    status: 200,
    body: { ...answer, ...consoleLink(answer.executionArn, environment('STAGE')) },
    headers,
  };
});
