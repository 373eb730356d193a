import { now } from '../../runtime/clients/base.ts';
import { providerOf, relayHere as relay } from '../../runtime/clients/provider.ts';
import {
  here,
  personaStore as personas,
  requestStore as requests,
  sessionStore as store,
} from '../../runtime/clients/records.ts';
import { runIdempotentRoute } from '../idempotent-route.ts';
import { createPersona } from './create-persona.ts';
import { route } from './route.ts';

export const handler = runIdempotentRoute(
  route,
  async (request, deps) => ({
    body: await createPersona(request.subject, request.body, deps, request),
    outcome: {},
  }),
  { store, personas, providerOf: () => providerOf, relay, here, requests, now },
);
