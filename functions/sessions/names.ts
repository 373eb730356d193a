import type { Problem } from '../shared/errors.ts';
import type { Settings } from '../shared/settings.ts';

/** What is wrong with a model's name, or nothing. Characters are counted as a reader does. */
export function nameProblems(name: string, { maxNameLength }: Settings['limits']): Problem[] {
  const length = [...name.trim()].length;
  if (length === 0) return [{ where: 'name', message: 'is empty: give the model a name' }];
  if (length > maxNameLength) {
    return [{ where: 'name', message: `has ${length} characters: use at most ${maxNameLength}` }];
  }
  if (/\p{Cc}/u.test(name)) return [{ where: 'name', message: 'holds control characters: leave them out' }];
  return [];
}

/** What is wrong with the wished-for number of clips, or nothing. */
export function minClipsProblems(
  minClips: number,
  { minClips: least, maxTracks }: Settings['limits'],
): Problem[] {
  if (minClips >= least && minClips <= maxTracks) return [];
  return [
    {
      where: 'minClips',
      message: `is ${minClips}: the provider trains on at least ${least}, at most ${maxTracks} are taken`,
    },
  ];
}
