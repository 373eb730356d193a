import { defineState } from '../../runtime/spec.ts';
import { requestMusicState } from '../../shared/state-contracts.ts';

export const state = defineState({
  name: 'Request music',
  input: requestMusicState,
  lambda: { timeoutSeconds: 60, reservedConcurrency: 10 },
  // Ever: a second call may cost the credits twice. What may be repeated goes round the graph.
  retry: 'never',
  uses: ['clock', 'random', 'settings', 'sessions.read', 'sessions.update', 'relay', 'music.request'],
});
