import { audioBucket as bucket, milliseconds as now, settings } from '../../runtime/clients/base.ts';
import { requestStore as requests, storeWithoutEvents as store } from '../../runtime/clients/records.ts';
import { uploads } from '../../runtime/clients/signing.ts';
import { runIdempotentRoute } from '../idempotent-route.ts';
import { addFiles } from './add-files.ts';
import { route } from './route.ts';

export const handler = runIdempotentRoute(
  route,
  async ({ subject, path, body, outcome }, deps) => ({
    body: await addFiles(path.id, subject, body, deps, { isAnswered: outcome !== undefined }),
    outcome: {},
  }),
  { store, uploads, bucket, requests, settings, now },
);
