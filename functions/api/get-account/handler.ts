import { settings } from '../../runtime/clients/base.ts';
import { intake as provider } from '../../runtime/clients/intake.ts';
import { here } from '../../runtime/clients/place.ts';
import { runRoute } from '../run-route.ts';
import { getAccount } from './get-account.ts';
import { route } from './route.ts';

export const handler = runRoute(route, async (_request, deps) => ({ body: await getAccount(deps) }), {
  here,
  provider,
  settings,
});
