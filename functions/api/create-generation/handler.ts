import { randomUUID } from 'node:crypto';
import { milliseconds as now, settings } from '../../runtime/clients/base.ts';
import { executions } from '../../runtime/clients/executions.ts';
import { here, relayHere as relay } from '../../runtime/clients/place.ts';
import {
  modelStore as models,
  personaStore as personas,
  requestStore as requests,
} from '../../runtime/clients/records.ts';
import { sessionLists } from '../../runtime/clients/session-lists.ts';
import { sessionsToBegin } from '../../runtime/clients/sessions.ts';
import { runIdempotentRoute } from '../idempotent-route.ts';
import { createGeneration } from './create-generation.ts';
import { route } from './route.ts';

export const handler = runIdempotentRoute(
  route,
  async (request, made) => {
    const { subject, body, requestId = randomUUID() } = request;
    const answer = await createGeneration(subject, body, { ...made, newId: () => requestId }, request);
    const { session, warnings } = answer;
    return { body: answer, location: `/generations/${session.sessionId}`, outcome: { warnings } };
  },
  {
    store: () => ({ ...sessionsToBegin(), ...sessionLists() }),
    models,
    personas,
    relay,
    executions,
    here,
    requests,
    settings,
    now,
  },
);
