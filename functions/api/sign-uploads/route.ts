import { defineRoute, routeLambda } from '../../runtime/spec.ts';
import { signedUploadsAnswer, signUploadsBody } from '../contract/track.ts';

export const route = defineRoute({
  name: 'Sign uploads',
  method: 'POST',
  path: '/sessions/{id}/uploads',
  summary: 'See which files are still to be uploaded, and where',
  description:
    'For files that were not inspected yet, or that were rejected, while no run is under way. A file may be sent in parts, which go on where an upload was cut off: send those that are answered, and ask again until none is.',
  body: { schema: signUploadsBody },
  answer: { status: 200, description: 'What is missing, and where it goes.', schema: signedUploadsAnswer },
  mayConflict: true,
  lambda: routeLambda,
  uses: [
    'clock.milliseconds',
    'settings',
    'sessions.read',
    'tracks.update',
    'uploads.sign',
    'uploads.inParts',
  ],
});
