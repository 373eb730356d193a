import { randomUUID } from 'node:crypto';
import {
  executions,
  here,
  modelStore,
  personaStore,
  relayIsConfigured,
  requestStore,
  sessionsToBegin,
  settings,
} from '../../runtime/clients.ts';
import { idempotentRoute } from '../idempotent-route.ts';
import { createGeneration } from './create-generation.ts';

export const handler = idempotentRoute('POST /generations', requestStore, async (request) => {
  const { subject, body, requestId = randomUUID() } = request;
  const deps = {
    store: sessionsToBegin(),
    models: modelStore(),
    personas: personaStore(),
    relay: relayIsConfigured(),
    executions: executions(),
    here: here(),
    settings: settings(),
    now: Date.now,
    newId: () => requestId,
  };
  const answer = await createGeneration(subject, body, deps, request);
  const location = `/generations/${answer.session.sessionId}`;
  const { warnings } = answer;
  return { status: 202, body: answer, headers: { location, 'retry-after': '1' }, outcome: { warnings } };
});
