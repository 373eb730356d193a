import {
  here,
  now,
  personaStore,
  providerOf,
  relayIsConfigured,
  requestStore,
  sessionStore,
} from '../../runtime/clients.ts';
import { idempotentRoute } from '../idempotent-route.ts';
import { createPersona } from './create-persona.ts';

export const handler = idempotentRoute('POST /personas', requestStore, async (request) => {
  const deps = {
    store: sessionStore(),
    personas: personaStore(),
    providerOf,
    relay: relayIsConfigured(),
    here: here(),
    now: now(),
  };
  const persona = await createPersona(request.subject, request.body, deps, request);
  return { status: 201, body: persona, outcome: {} };
});
