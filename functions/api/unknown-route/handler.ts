import { HttpRefusal } from '../problem.ts';
import { answering } from '../run-route.ts';

/**
 * `$default`: every path that is no route of the API, so that this, too, is answered with problem details.
 * It is also the integration of `OPTIONS /{proxy+}`, where API Gateway adds the CORS headers itself: a browser accepts
 * a preflight only with a 2xx status (Fetch standard, "CORS-preflight fetch").
 */
export const handler = answering('$default', async ({ routeKey }) => {
  if (routeKey.startsWith('OPTIONS ')) return { status: 204 };
  throw new HttpRefusal(404, 'There is no such route', 'All routes there are: GET /openapi.json');
});
