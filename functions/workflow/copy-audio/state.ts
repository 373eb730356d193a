import { defineState } from '../../runtime/spec.ts';
import { copyAudioState } from '../../shared/state-contracts.ts';

export const state = defineState({
  name: 'Copy audio',
  input: copyAudioState,
  // Up to six clips, 40 s each, and each in memory twice while it is sent on.
  lambda: { timeoutSeconds: 300, memoryMb: 512, reservedConcurrency: 10 },
  retry: 'retryInLoop',
  uses: ['settings', 'sessions.read', 'sessions.update', 'music.status', 'clips.download', 'clips.keep'],
});
