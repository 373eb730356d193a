import { executions, requestStore, sessionsToBegin, settings } from '../../runtime/clients.ts';
import { idempotentRoute, runRequestOf } from '../idempotent-route.ts';
import { decideSession } from './decide-session.ts';

export const handler = idempotentRoute('POST /sessions/{id}/decide', requestStore, async (request) => {
  const { subject, path, body } = request;
  const deps = { store: sessionsToBegin(), executions: executions(), settings: settings(), now: Date.now };
  const session = await decideSession(path.id, subject, body, deps, runRequestOf(request));
  return { status: 202, body: session, headers: { 'retry-after': '1' }, outcome: {} };
});
