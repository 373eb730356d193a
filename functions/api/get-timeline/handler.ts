import { milliseconds as now, settings, speed } from '../../runtime/clients/base.ts';
import { storeWithoutEvents as store } from '../../runtime/clients/records.ts';
import { runRoute } from '../run-route.ts';
import { getTimeline } from './get-timeline.ts';
import { route } from './route.ts';

export const handler = runRoute(
  route,
  async ({ subject, path, query: { after } }, deps) => {
    const { answer, retryAfter } = await getTimeline(path.id, subject, deps, after);
    return { body: answer, retryAfter };
  },
  { store, settings, now, speed },
);
