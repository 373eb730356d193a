import { milliseconds as now, settings } from '../../runtime/clients/base.ts';
import { storeWithoutEvents as store } from '../../runtime/clients/records.ts';
import { parts, uploads } from '../../runtime/clients/signing.ts';
import { runRoute } from '../run-route.ts';
import { route } from './route.ts';
import { signUploads } from './sign-uploads.ts';

export const handler = runRoute(
  route,
  async ({ subject, path, body }, deps) => ({ body: await signUploads(path.id, subject, body, deps) }),
  { store, uploads, parts, settings, now },
);
