import { defineRoute, routeLambda } from '../../runtime/spec.ts';
import { listQuery, sessionListAnswer } from '../contract/session.ts';

export const route = defineRoute({
  name: 'List sessions',
  method: 'GET',
  path: '/sessions',
  summary: 'List your sessions, newest first',
  description: 'A page at a time: `next`, while there is one, is the `cursor` of the page after.',
  query: listQuery,
  answer: { status: 200, description: 'A page of the list.', schema: sessionListAnswer },
  lambda: routeLambda,
  uses: ['sessions.list'],
});
