import { defineRoute } from '../../runtime/spec.ts';
import { resumeBody } from '../contract/session.ts';
import { beginsRun, usesOfRun } from '../start-run-route.ts';

export const route = defineRoute({
  name: 'Resume session',
  method: 'POST',
  path: '/sessions/{id}/resume',
  summary: 'Go on after a failure, a cancel or an interruption',
  description: 'What is done is kept, and create is never paid a second time.',
  body: { schema: resumeBody, optional: true },
  ...beginsRun,
  uses: usesOfRun,
});
