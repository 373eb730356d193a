import { defineRoute, routeLambda } from '../../runtime/spec.ts';
import { deleteSessionQuery } from '../contract.ts';

export const route = defineRoute({
  name: 'Delete session',
  method: 'DELETE',
  path: '/sessions/{id}',
  summary: 'Delete a session with its files',
  query: deleteSessionQuery,
  description:
    'While nothing runs. The record goes last: a deletion that ended early is repeated in the same way. What the provider has stays there.',
  answer: { status: 204, description: 'It is gone, with all versions of its files.' },
  mayConflict: true,
  lambda: routeLambda,
  uses: [
    'clock.milliseconds',
    'sessions.readWhole',
    'sessions.update',
    'sessions.remove',
    'contents.forget',
    'audio.delete',
    'trainings.see',
    'batches.see',
    'music.see',
  ],
});
