import { executions, requestStore, sessionsToBegin, settings } from '../../runtime/clients.ts';
import { idempotentRoute, runRequestOf } from '../idempotent-route.ts';
import { approveSession } from './approve-session.ts';

export const handler = idempotentRoute('POST /sessions/{id}/approve', requestStore, async (request) => {
  const { subject, path } = request;
  const deps = { store: sessionsToBegin(), executions: executions(), settings: settings(), now: Date.now };
  const session = await approveSession(path.id, subject, deps, runRequestOf(request));
  return { status: 202, body: session, headers: { 'retry-after': '1' }, outcome: {} };
});
