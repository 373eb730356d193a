import { defineState } from '../../runtime/spec.ts';
import { taskEvent } from '../../shared/state-contracts.ts';

export const state = defineState({
  name: 'Prepare batch',
  input: taskEvent,
  wholeEvent: true,
  // Reads and writes thousands of records, and calls the provider once.
  lambda: { timeoutSeconds: 300, memoryMb: 512, reservedConcurrency: 5 },
  retry: 'retryOncePerStateOrForProvider',
  uses: [
    'clock',
    'random',
    'settings',
    'sessions.readWhole',
    'sessions.create',
    'sessions.update',
    'tracks.update',
    'ids.claim',
    'audio.bucket',
    'audio.reach',
    'fileLists.read',
    'provider.open',
    'batches.see',
  ],
});
