import { now, personaStore, providerOf, relayIsConfigured, sessionStore } from '../../dependencies.ts';
import { route } from '../http.ts';
import { createPersona } from './create-persona.ts';

export const handler = route('POST /personas', async ({ subject, body }) => ({
  status: 201,
  body: await createPersona(subject, body, {
    store: sessionStore(),
    personas: personaStore(),
    providerOf,
    relay: relayIsConfigured(),
    now,
  }),
}));
