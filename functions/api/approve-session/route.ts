import { defineRoute, routeLambda } from '../../runtime/spec.ts';
import { begunRun } from '../begun-run.ts';

export const route = defineRoute({
  name: 'Approve session',
  method: 'POST',
  path: '/sessions/{id}/approve',
  summary: 'Approve the price of the training',
  description: 'For a session that stopped for its review.',
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
  ],
});
