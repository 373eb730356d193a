import { defineRoute } from '../../runtime/spec.ts';
import { beginsRun, usesOfRun } from '../start-run-route.ts';

export const route = defineRoute({
  name: 'Start session',
  method: 'POST',
  path: '/sessions/{id}/start',
  summary: 'Begin a run',
  description: 'Does what is not done yet. Starting twice starts once.',
  ...beginsRun,
  uses: usesOfRun,
});
