import { defineRoute, routeLambda } from '../../runtime/spec.ts';
import { timelineAnswer, timelineQuery } from '../contract/timeline.ts';

export const route = defineRoute({
  name: 'Get timeline',
  method: 'GET',
  path: '/sessions/{id}/timeline',
  summary: 'Get what happened to a session, for drawing',
  description:
    'Each call that may cost, with what came of it and what it cost; runs, turns and decisions; a row for each track. `nextRows`, while there is one, is the `after` of the rows that follow; sums and calls of the session itself come with the first page only. The status is that of the record, as in the list. Nothing is changed.',
  query: timelineQuery,
  answer: {
    status: 200,
    description: 'The timeline.',
    schema: timelineAnswer,
    retryAfter: 'as the work says',
  },
  lambda: routeLambda,
  uses: ['clock.milliseconds', 'clock.speed', 'settings', 'sessions.readPages', 'durations.read'],
});
