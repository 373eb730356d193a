import { defineRoute, routeLambda } from '../../runtime/spec.ts';
import { createdGenerationAnswer, createGenerationBody } from '../contract/music.ts';

export const route = defineRoute({
  name: 'Create generation',
  method: 'POST',
  path: '/generations',
  summary: 'Make music',
  description:
    'Checks the request, finds the model and begins the run, which costs credits. Music is a session like any other: cancelled, resumed, decided and deleted by its id.',
  body: { schema: createGenerationBody },
  answer: {
    status: 202,
    description: 'The session, with its run begun.',
    schema: createdGenerationAnswer,
    retryAfter: 1,
  },
  idempotencyKey: true,
  mayConflict: true,
  lambda: routeLambda,
  uses: [
    'clock.milliseconds',
    'settings',
    'requests',
    'place',
    'relay',
    'sessions.read',
    'sessions.create',
    'sessions.update',
    'models.list',
    'personas.list',
    'ids.find',
    'sessions.list',
    'sessions.readTracks',
    'music.start',
  ],
});
