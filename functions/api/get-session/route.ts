import { defineRoute, routeLambda } from '../../runtime/spec.ts';
import { getSessionQuery, sessionPageAnswer } from '../contract/session.ts';

export const route = defineRoute({
  name: 'Get session',
  method: 'GET',
  path: '/sessions/{id}',
  summary: 'Get the status of a session',
  description:
    '`actions` says what can be done with it now; `nextTracks`, while there is one, is the `after` of the tracks that follow. What is counted of all tracks (`creditsSpent`, `creditsToCome`, `providerCalls`) comes with the first page only. Nothing is changed.',
  query: getSessionQuery,
  answer: {
    status: 200,
    description: 'The session.',
    schema: sessionPageAnswer,
    retryAfter: 'as the work says',
  },
  lambda: routeLambda,
  uses: [
    'clock.milliseconds',
    'clock.speed',
    'settings',
    'sessions.read',
    'sessions.readTracks',
    'trainings.see',
    'batches.see',
    'music.see',
  ],
});
