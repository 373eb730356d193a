import { defineRoute, routeLambda } from '../../runtime/spec.ts';
import { personaListAnswer } from '../contract/persona.ts';

export const route = defineRoute({
  name: 'List personas',
  method: 'GET',
  path: '/personas',
  summary: 'List your personas, newest first',
  answer: { status: 200, description: 'All of them.', schema: personaListAnswer },
  lambda: routeLambda,
  uses: ['personas.list'],
});
