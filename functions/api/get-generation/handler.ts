import { milliseconds as now, settings, speed } from '../../runtime/clients/base.ts';
import { executions } from '../../runtime/clients/executions.ts';
import { storeWithoutEvents as store } from '../../runtime/clients/records.ts';
import { downloads } from '../../runtime/clients/signing.ts';
import { runRoute } from '../run-route.ts';
import { getGeneration } from './get-generation.ts';
import { route } from './route.ts';

export const handler = runRoute(
  route,
  async ({ subject, path }, deps) => {
    const { answer, retryAfter } = await getGeneration(path.id, subject, deps);
    return { body: answer, retryAfter };
  },
  { store, executions, downloads, settings, now, speed },
);
