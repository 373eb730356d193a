import { defineState } from '../../runtime/spec.ts';
import { fileState } from '../../shared/state-contracts.ts';

export const state = defineState({
  name: 'Inspect file',
  input: fileState,
  // At most 64 reads of one file.
  lambda: { timeoutSeconds: 60 },
  retry: 'retryInLoop',
  uses: ['clock', 'settings', 'sessions.read', 'tracks.update', 'audio.inspect'],
});
