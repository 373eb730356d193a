import { defineRoute, routeLambda } from '../../runtime/spec.ts';
import { listGenerationsQuery } from '../contract/music.ts';
import { sessionListAnswer } from '../contract/session.ts';

export const route = defineRoute({
  name: 'List generations',
  method: 'GET',
  path: '/generations',
  summary: 'List your music, newest first',
  description: 'A page at a time: `next`, while there is one, is the `cursor` of the page after.',
  query: listGenerationsQuery,
  answer: { status: 200, description: 'A page of the list.', schema: sessionListAnswer },
  lambda: routeLambda,
  uses: ['sessions.list'],
});
