import { defineState } from '../../runtime/spec.ts';
import { enoughClipsState } from '../../shared/state-contracts.ts';

export const state = defineState({
  name: 'Enough clips?',
  input: enoughClipsState,
  lambda: { timeoutSeconds: 30 },
  retry: 'retryOncePerState',
  uses: ['clock', 'settings', 'sessions.readWhole', 'sessions.update', 'tracks.update', 'durations.add'],
});
