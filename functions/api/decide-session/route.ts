import { defineRoute, routeLambda } from '../../runtime/spec.ts';
import { begunRun } from '../begun-run.ts';
import { decideBody } from '../contract.ts';

export const route = defineRoute({
  name: 'Decide session',
  method: 'POST',
  path: '/sessions/{id}/decide',
  summary: 'Decide on a training that was perhaps paid, or was paid and failed',
  description:
    '`check-again` asks the provider once more, `create-again` calls create once more and may cost the credits a second time, `abandon` ends the session.',
  body: { schema: decideBody },
  answer: begunRun,
  idempotencyKey: true,
  mayConflict: true,
  lambda: routeLambda,
  uses: [
    'clock.milliseconds',
    'settings',
    'requests',
    'sessions.ofThisPlace',
    'sessions.read',
    'sessions.readWhole',
    'sessions.update',
    'trainings.start',
    'batches.start',
    'music.start',
  ],
});
