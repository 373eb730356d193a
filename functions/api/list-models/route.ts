import { defineRoute, routeLambda } from '../../runtime/spec.ts';
import { modelListAnswer } from '../contract/music.ts';

export const route = defineRoute({
  name: 'List models',
  method: 'GET',
  path: '/models',
  summary: 'List your models, newest first',
  answer: { status: 200, description: 'All of them.', schema: modelListAnswer },
  lambda: routeLambda,
  uses: ['settings', 'models.list', 'place'],
});
