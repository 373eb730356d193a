import type * as z from 'zod';
import type { Problem } from './errors.ts';

/** What zod finds wrong with an input, one problem for each field; `input` where it is the whole of it. */
export function issueProblems(issue: z.core.$ZodIssue): Problem[] {
  if (issue.code !== 'unrecognized_keys')
    return [{ where: pathOf(issue.path) || 'input', message: issue.message }];
  return issue.keys.map((key) => ({
    where: pathOf([...issue.path, key]),
    message: 'is not a field of the input: remove it or correct its name',
  }));
}

/** `audio[2].name` */
const pathOf = (path: readonly PropertyKey[]) =>
  path.reduce<string>((before, part) => {
    if (typeof part === 'number') return `${before}[${part}]`;
    return before === '' ? String(part) : `${before}.${String(part)}`;
  }, '');
