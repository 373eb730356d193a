import { defineState } from '../../runtime/spec.ts';
import { reconcileClipsState } from '../../shared/state-contracts.ts';

export const state = defineState({
  name: 'Reconcile clips',
  input: reconcileClipsState,
  lambda: { timeoutSeconds: 120, memoryMb: 512, reservedConcurrency: 5 },
  retry: 'retryOncePerState',
  uses: ['clock', 'settings', 'sessions.readWhole', 'sessions.update', 'tracks.update', 'provider.status'],
});
