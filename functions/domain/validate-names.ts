import type { Problem } from '../shared/errors.ts';
import type { Settings } from '../shared/settings.ts';

/**
 * What is wrong with the name of a model, or of something else, or nothing. Characters are counted as a reader does.
 * @param what as the sentence has it
 */
export function nameProblems(
  name: string,
  { maxNameLength }: Pick<Settings['limits'], 'maxNameLength'>,
  what = 'the model',
): Problem[] {
  const length = [...name.trim()].length;
  if (length === 0) return [{ where: 'name', message: `is empty: give ${what} a name` }];
  if (length > maxNameLength) {
    return [{ where: 'name', message: `has ${length} characters: use at most ${maxNameLength}` }];
  }
  if (/\p{Cc}/u.test(name)) return [{ where: 'name', message: 'holds control characters: leave them out' }];
  return [];
}

/**
 * What to know of a model's name before the uploads are paid, or undefined: a provider that refuses it does so at create,
 * which comes after them. Nothing of ours refuses it.
 */
export function nameWarning(
  name: string,
  { advisedNameLength }: Pick<Settings['limits'], 'advisedNameLength'>,
): string | undefined {
  const length = [...name.trim()].length;
  if (length <= advisedNameLength) return undefined;
  return `The name has ${length} characters. The service's own form is reported to take 1 to ${advisedNameLength}, so the provider may refuse it at create, after the uploads are paid; a resume then takes a shorter one.`;
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
