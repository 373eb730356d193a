import { defineState } from '../../runtime/spec.ts';
import { compareListsState } from '../../shared/states.ts';

export const state = defineState({
  name: 'Compare lists',
  input: compareListsState,
  lambda: { timeoutSeconds: 120, memoryMb: 512, reservedConcurrency: 5 },
  retry: 'oncePerRun',
  uses: ['clock', 'settings', 'sessions.readWhole', 'sessions.update', 'tracks.update', 'provider.status'],
});
