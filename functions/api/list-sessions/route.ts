import { defineRoute, routeLambda } from '../../runtime/spec.ts';
import { listSessionsQuery, sessionListAnswer } from '../contract/session.ts';

export const route = defineRoute({
  name: 'List sessions',
  method: 'GET',
  path: '/sessions',
  summary: 'List your sessions, newest first',
  description:
    'A page at a time: `next`, while there is one, is the `cursor` of the page after. A request reads 500 records at most, so that a page of a filter may hold few sessions, or none, while there is a `next`.',
  query: listSessionsQuery,
  answer: { status: 200, description: 'A page of the list.', schema: sessionListAnswer },
  lambda: routeLambda,
  uses: ['sessions.list'],
});
