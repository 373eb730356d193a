import { defineState } from '../../runtime/spec.ts';
import { uploadState } from '../../shared/state-contracts.ts';

export const state = defineState({
  name: 'Check upload',
  input: uploadState,
  lambda: { timeoutSeconds: 45, reservedConcurrency: 100 },
  retry: 'retryInLoop',
  uses: [
    'clock',
    'settings',
    'sessions.read',
    'sessions.note',
    'tracks.update',
    'audio.look',
    'provider.status',
  ],
});
