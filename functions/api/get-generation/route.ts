import { defineRoute, routeLambda } from '../../runtime/spec.ts';
import { generationAnswer } from '../contract/music.ts';

export const route = defineRoute({
  name: 'Get generation',
  method: 'GET',
  path: '/generations/{id}',
  summary: 'Get the status of music, with links to its audio',
  description: 'The links are made for this answer and do not last.',
  answer: {
    status: 200,
    description: 'The session, and a link to each file.',
    schema: generationAnswer,
    retryAfter: 'as the work says',
  },
  lambda: routeLambda,
  uses: ['clock.milliseconds', 'clock.speed', 'settings', 'sessions.readWhole', 'clips.link', 'music.see'],
});
