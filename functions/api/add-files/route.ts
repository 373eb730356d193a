import { defineRoute, routeLambda } from '../../runtime/spec.ts';
import { createdSessionAnswer } from '../contract/session.ts';
import { addFilesBody } from '../contract/track.ts';

export const route = defineRoute({
  name: 'Add files',
  method: 'POST',
  path: '/sessions/{id}/files',
  summary: 'Declare further files of a batch',
  description:
    'Before its start; the same files from the same place may be declared again, and their uploads are signed anew.',
  body: { schema: addFilesBody },
  answer: { status: 201, description: 'Where the files go.', schema: createdSessionAnswer },
  idempotencyKey: true,
  mayConflict: true,
  lambda: routeLambda,
  uses: [
    'clock.milliseconds',
    'settings',
    'requests',
    'sessions.read',
    'sessions.note',
    'tracks.add',
    'audio.bucket',
    'uploads.sign',
  ],
});
