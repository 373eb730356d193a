import { defineRoute } from '../../runtime/spec.ts';
import { decideBody } from '../contract/session.ts';
import { beginsRun, usesOfRun } from '../start-run-route.ts';

export const route = defineRoute({
  name: 'Decide session',
  method: 'POST',
  path: '/sessions/{id}/decide',
  summary: 'Decide on a training that was perhaps paid, or was paid and failed',
  description:
    '`check-again` asks the provider once more, `create-again` calls create once more and may cost the credits a second time, `abandon` ends the session.',
  body: { schema: decideBody },
  ...beginsRun,
  uses: usesOfRun,
});
