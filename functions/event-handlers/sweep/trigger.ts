import * as z from 'zod';
import { defineTrigger } from '../../runtime/spec.ts';

export const trigger = defineTrigger({
  name: 'Sweep',
  about: 'Finds sessions whose execution is gone',
  // The schedule's event says nothing that matters.
  input: z.unknown(),
  // Up to a hundred sessions, with a call or two to AWS for each.
  lambda: { timeoutSeconds: 120 },
  uses: [
    'clock.milliseconds',
    'sessions.ofThisPlace',
    'sessions.read',
    'sessions.listRunning',
    'sessions.update',
    'trainings.start',
    'batches.start',
    'music.start',
  ],
});
