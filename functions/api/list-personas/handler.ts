import { personaStore as personas } from '../../runtime/clients/records.ts';
import { runRoute } from '../run-route.ts';
import { listPersonas } from './list-personas.ts';
import { route } from './route.ts';

export const handler = runRoute(
  route,
  async ({ subject }, deps) => ({ body: await listPersonas(subject, deps.personas) }),
  { personas },
);
