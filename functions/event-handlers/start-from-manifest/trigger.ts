import * as z from 'zod';
import { defineTrigger } from '../../runtime/spec.ts';

/** S3's "Object Created", as far as it matters. Unlike in other notifications, the key is not encoded. */
const objectCreated = z.object({ detail: z.object({ object: z.object({ key: z.string() }) }) });

export const trigger = defineTrigger({
  name: 'Start from manifest',
  about: 'Starts a session from a manifest in the inbox',
  input: objectCreated,
  // Waits up to four minutes for files that a manifest lists.
  lambda: { timeoutSeconds: 300 },
  uses: [
    'clock',
    'sleep',
    'settings',
    'inbox',
    'inbox.owner',
    'fileLists.read',
    'fileLists.write',
    'audio.bucket',
    'trainings.start',
    'batches.start',
    'events.manifestRejected',
  ],
});
