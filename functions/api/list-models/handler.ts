import { settings } from '../../runtime/clients/base.ts';
import { here } from '../../runtime/clients/place.ts';
import { modelStore as models } from '../../runtime/clients/records.ts';
import { runRoute } from '../run-route.ts';
import { listModels } from './list-models.ts';
import { route } from './route.ts';

export const handler = runRoute(
  route,
  async ({ subject }, deps) => ({ body: await listModels(subject, deps) }),
  { models, settings, here },
);
