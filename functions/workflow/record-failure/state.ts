import { defineState } from '../../runtime/spec.ts';
import { failureState } from '../../shared/state-contracts.ts';

export const state = defineState({
  name: 'Record failure',
  input: failureState,
  wholeEvent: true,
  lambda: { timeoutSeconds: 30 },
  retry: 'retryOncePerState',
  uses: ['clock', 'sessions.readWhole', 'sessions.update'],
});
