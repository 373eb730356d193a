import { defineState } from '../../runtime/spec.ts';
import { musicState } from '../../shared/state-contracts.ts';

export const state = defineState({
  name: 'Check music',
  input: musicState,
  lambda: { timeoutSeconds: 45, reservedConcurrency: 20 },
  retry: 'retryInLoop',
  uses: ['clock', 'settings', 'sessions.read', 'sessions.update', 'ids.claim', 'music.status'],
});
