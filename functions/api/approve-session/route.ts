import { defineRoute } from '../../runtime/spec.ts';
import { beginsRun } from '../start-run-route.ts';

export const route = defineRoute({
  name: 'Approve session',
  method: 'POST',
  path: '/sessions/{id}/approve',
  summary: 'Approve the price of the training',
  description: 'For a session that stopped for its review.',
  ...beginsRun,
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
