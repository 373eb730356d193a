import { defineRoute, routeLambda } from '../../runtime/spec.ts';
import { deleteSessionQuery, deletionAnswer } from '../contract/session.ts';

export const route = defineRoute({
  name: 'Delete session',
  method: 'DELETE',
  path: '/sessions/{id}',
  summary: 'Delete a session with its files',
  query: deleteSessionQuery,
  description:
    'While nothing runs. The record goes last, and nobody can start the session meanwhile. Thousands of files take several requests: repeat a request that is answered with 202, or that ended early, until the answer is 204 or 404. What the provider has stays there.',
  answer: {
    status: 204,
    description: 'It is gone, with all versions of its files.',
    goesOn: { description: 'A part is deleted; repeat the request.', schema: deletionAnswer },
  },
  mayConflict: true,
  lambda: routeLambda,
  uses: [
    'clock.milliseconds',
    'sessions.read',
    'sessions.readTracks',
    'sessions.update',
    'sessions.remove',
    'contents.forget',
    'audio.delete',
    'trainings.see',
    'batches.see',
    'music.see',
  ],
});
