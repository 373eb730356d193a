import { answering } from '../http.ts';
import { HttpRefusal } from '../problem.ts';

/** `$default`: whatever is no route of the API, so that this, too, is answered with problem details. */
export const handler = answering('$default', async () => {
  throw new HttpRefusal(404, 'There is no such route', 'All routes there are: GET /openapi.json');
});
