import { defineState } from '../../runtime/spec.ts';
import { taskEvent } from '../../shared/state-contracts.ts';

export const state = defineState({
  name: 'Prepare session',
  input: taskEvent,
  wholeEvent: true,
  // Looks into every file of the session, at most 64 reads each, and reads whole what was uploaded in parts.
  lambda: { timeoutSeconds: 900, memoryMb: 512, reservedConcurrency: 20 },
  retry: 'retryOncePerStateOrForProvider',
  uses: [
    'clock',
    'random',
    'settings',
    'sessions.readWhole',
    'sessions.create',
    'sessions.update',
    'tracks.update',
    'durations.read',
    'ids.claim',
    'audio.bucket',
    'audio.reach',
    'audio.inspect',
    'provider.open',
    'trainings.see',
  ],
});
