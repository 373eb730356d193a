import { randomUUID } from 'node:crypto';
import {
  executions,
  modelStore,
  personaStore,
  relayIsConfigured,
  sessionStore,
  settings,
} from '../../dependencies.ts';
import { route } from '../http.ts';
import { createGeneration } from './create-generation.ts';

export const handler = route('POST /generations', async ({ subject, body }) => {
  const answer = await createGeneration(subject, body, {
    store: sessionStore(),
    models: modelStore(),
    personas: personaStore(),
    relay: relayIsConfigured(),
    executions: executions(),
    settings: settings(),
    now: Date.now,
    newId: randomUUID,
  });
  const location = `/generations/${answer.session.sessionId}`;
  return { status: 202, body: answer, headers: { location, 'retry-after': '1' } };
});
