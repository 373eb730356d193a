import { resolve } from 'node:path';
import { shellQuote } from '../packages/terminal/shell-quote.ts';
import { userDirectory } from './user-directory.ts';

/** What decides what is made of the files. */
interface SameArguments {
  readonly paths: readonly string[];
  readonly name: string;
  readonly convert: boolean;
  readonly minClips?: number | undefined;
  readonly skipInvalid?: boolean;
  readonly review?: boolean;
}

/** The command that makes the same of the same files, from any directory. */
export function sameCommand(
  command: 'train' | 'upload',
  args: SameArguments & { readonly again: boolean },
  env: NodeJS.ProcessEnv,
): string {
  const { paths, name, convert, minClips, skipInvalid, review, again } = args;
  const from = userDirectory(env);
  const words = [
    ...paths.map((path) => shellQuote(resolve(from, path))),
    `--name ${shellQuote(name)}`,
    ...(convert ? ['--convert'] : []),
    ...(minClips === undefined ? [] : [`--min-clips ${minClips}`]),
    ...(skipInvalid ? ['--skip-invalid'] : []),
    ...(review ? ['--review'] : []),
    ...(again ? ['--again'] : []),
  ];
  return `npx chirpsmith ${command} ${words.join(' ')}`;
}
