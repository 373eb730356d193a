import { defineState } from '../../runtime/spec.ts';
import { submitUploadState } from '../../shared/state-contracts.ts';

export const state = defineState({
  name: 'Submit upload',
  input: submitUploadState,
  lambda: { timeoutSeconds: 60, reservedConcurrency: 100 },
  retry: 'retryInLoop',
  uses: [
    'clock',
    'random',
    'settings',
    'sessions.read',
    'sessions.note',
    'tracks.update',
    'audio.offer',
    'provider.upload',
  ],
});
