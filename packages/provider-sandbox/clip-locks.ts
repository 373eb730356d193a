import type { CallContext } from './model.ts';

const monthOf = (at: number) => new Date(at).toISOString().slice(0, 7);

/**
 * Is the audio of a clip locked? Of the clips that were asked for in a month of provider time, the first are unlocked by
 * themselves, as many as the settings say. The others wait until `/_sandbox/unlocks` names them.
 */
export function isLocked(
  { state, settings }: Pick<CallContext, 'state'> & { settings: Pick<CallContext['settings'], 'clips'> },
  clipId: string,
): boolean {
  const { unlocksPerMonth } = settings.clips;
  if (unlocksPerMonth === null || state.unlocked.has(clipId)) return false;
  const before = new Map<string, number>();
  for (const { at, clipIds = [] } of state.music.values()) {
    const month = monthOf(at);
    const earlier = before.get(month) ?? 0;
    const index = clipIds.indexOf(clipId);
    if (index >= 0) return earlier + index >= unlocksPerMonth;
    before.set(month, earlier + clipIds.length);
  }
  return false;
}
