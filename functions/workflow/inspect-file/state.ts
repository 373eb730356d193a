import { defineState } from '../../runtime/spec.ts';
import { fileState } from '../../shared/state-contracts.ts';

export const state = defineState({
  name: 'Inspect file',
  input: fileState,
  // At most 64 reads of one file, and all of one that was uploaded in parts.
  lambda: { timeoutSeconds: 180 },
  retry: 'retryInLoop',
  uses: ['clock', 'settings', 'sessions.read', 'tracks.update', 'audio.inspect'],
});
