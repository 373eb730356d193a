import { audioBucket as bucket, milliseconds as now, settings } from '../../runtime/clients/base.ts';
import { storeWithoutEvents as store } from '../../runtime/clients/records.ts';
import { uploads } from '../../runtime/clients/signing.ts';
import { runRoute } from '../run-route.ts';
import { replaceTrack } from './replace-track.ts';
import { route } from './route.ts';

export const handler = runRoute(
  route,
  async ({ subject, path, body }, deps) => ({ body: await replaceTrack(path, subject, body, deps) }),
  { store, uploads, bucket, settings, now },
);
