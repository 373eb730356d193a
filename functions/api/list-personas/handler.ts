import { personaStore } from '../../runtime/clients.ts';
import { route } from '../http.ts';
import { listPersonas } from './list-personas.ts';

export const handler = route('GET /personas', async ({ subject }) => ({
  status: 200,
  body: await listPersonas(subject, personaStore()),
}));
