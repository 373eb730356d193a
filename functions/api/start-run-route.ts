import { routeLambda } from '../runtime/spec.ts';
import { sessionAnswer } from './contract/session.ts';

/** What the routes that begin a run have in common. */
export const beginsRun = {
  answer: {
    status: 202,
    description: 'The session with its run started, or unchanged when there is nothing to start.',
    schema: sessionAnswer,
    retryAfter: 1,
  },
  idempotencyKey: true,
  mayConflict: true,
  lambda: routeLambda,
} as const;

/** What they use: a run is begun on the machine of the session's kind. */
export const usesOfRun = [
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
] as const;
