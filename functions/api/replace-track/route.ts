import { defineRoute, routeLambda } from '../../runtime/spec.ts';
import { replaceTrackBody, uploadAnswer } from '../contract/track.ts';

export const route = defineRoute({
  name: 'Replace track',
  method: 'PUT',
  path: '/sessions/{id}/tracks/{trackId}',
  summary: 'Put another file in the place of one that cannot be used',
  description: 'Put the file to the answered `url`; a resume picks it up.',
  body: { schema: replaceTrackBody },
  answer: { status: 200, description: 'Where the file goes.', schema: uploadAnswer },
  mayConflict: true,
  lambda: routeLambda,
  uses: [
    'clock.milliseconds',
    'settings',
    'sessions.readWhole',
    'sessions.note',
    'tracks.update',
    'audio.bucket',
    'uploads.sign',
  ],
});
