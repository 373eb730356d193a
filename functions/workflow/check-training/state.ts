import { defineState } from '../../runtime/spec.ts';
import { trainingState } from '../../shared/state-contracts.ts';

export const state = defineState({
  name: 'Check training',
  input: trainingState,
  lambda: { timeoutSeconds: 45, reservedConcurrency: 20 },
  retry: 'retryInLoop',
  uses: [
    'clock',
    'settings',
    'sessions.read',
    'sessions.readWhole',
    'sessions.update',
    'ids.claim',
    'models.register',
    'durations.add',
    'provider.status',
    'provider.credits',
  ],
});
