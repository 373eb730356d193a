import { defineRoute, routeLambda } from '../../runtime/spec.ts';
import { sessionAnswer } from '../contract/session.ts';

export const route = defineRoute({
  name: 'Cancel session',
  method: 'POST',
  path: '/sessions/{id}/cancel',
  summary: 'Stop a session',
  description: 'What is done and paid is kept, and told. Cancelling twice cancels once.',
  answer: { status: 200, description: 'The session, cancelled.', schema: sessionAnswer },
  mayConflict: true,
  lambda: routeLambda,
  uses: [
    'clock.milliseconds',
    'settings',
    'sessions.readWhole',
    'sessions.update',
    'trainings.stop',
    'batches.stop',
    'music.stop',
  ],
});
