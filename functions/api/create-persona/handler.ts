import { now } from '../../runtime/clients/base.ts';
import { here, relayHere as relay } from '../../runtime/clients/place.ts';
import { providerOf } from '../../runtime/clients/provider.ts';
import {
  personaStore as personas,
  requestStore as requests,
  storeWithoutEvents as store,
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
