import { defineRoute, routeLambda } from '../../runtime/spec.ts';
import { begunRun } from '../begun-run.ts';

export const route = defineRoute({
  name: 'Start session',
  method: 'POST',
  path: '/sessions/{id}/start',
  summary: 'Begin a run',
  description: 'Does what is not done yet. Starting twice starts once.',
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
