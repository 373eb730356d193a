import { executions, requestStore, sessionsToBegin, settings } from '../../runtime/clients.ts';
import { idempotentRoute, runRequestOf } from '../idempotent-route.ts';
import { startSession } from './start-session.ts';

export const handler = idempotentRoute('POST /sessions/{id}/start', requestStore, async (request) => {
  const { subject, path } = request;
  const deps = { store: sessionsToBegin(), executions: executions(), settings: settings(), now: Date.now };
  const session = await startSession(path.id, subject, deps, runRequestOf(request));
  return { status: 202, body: session, headers: { 'retry-after': '1' }, outcome: {} };
});
