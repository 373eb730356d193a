import { defineState } from '../../runtime/spec.ts';
import { createModelState } from '../../shared/state-contracts.ts';

export const state = defineState({
  name: 'Create model',
  input: createModelState,
  lambda: { timeoutSeconds: 60, reservedConcurrency: 10 },
  // Ever: a second create may cost the credits twice. What may be repeated goes round the graph.
  retry: 'never',
  uses: [
    'clock',
    'random',
    'settings',
    'sessions.read',
    'sessions.readWhole',
    'sessions.update',
    'provider.create',
  ],
});
