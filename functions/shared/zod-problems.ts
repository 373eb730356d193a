import type * as z from 'zod';
import type { Problem } from './errors.ts';

/**
 * What zod finds wrong with an input, one problem for each field.
 * @param input what it is called where it is wrong as a whole, and in a sentence: `body`, `this request`
 */
export function zodProblems(issue: z.core.$ZodIssue, input: { whole: string; words: string }): Problem[] {
  if (issue.code !== 'unrecognized_keys') {
    return [{ where: pathOf(issue.path) || input.whole, message: issue.message }];
  }
  return issue.keys.map((key) => ({
    where: pathOf([...issue.path, key]),
    message: `is not a field of ${input.words}: remove it or correct its name`,
  }));
}

/** `audio[2].name` */
const pathOf = (path: readonly PropertyKey[]) =>
  path.reduce<string>((before, part) => {
    if (typeof part === 'number') return `${before}[${part}]`;
    return before === '' ? String(part) : `${before}.${String(part)}`;
  }, '');
