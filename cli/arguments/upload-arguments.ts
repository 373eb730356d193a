import { basename, extname, resolve } from 'node:path';
import { defaultSettings } from '../../functions/shared/settings.ts';
import { deadlineOf, type FlagKinds, nameOf, readFlags, refuseProblems, speedOf } from './flags.ts';

/** What `npm run upload --` was asked to do. */
export interface UploadArguments {
  /** Folders and files as typed. */
  readonly paths: readonly string[];
  /** What to find the session by. */
  readonly name: string;
  /** Convert what the provider may not take. */
  readonly convert: boolean;
  /** Another batch of files that have a session under this name. */
  readonly again: boolean;
  /** Check everything, start nothing. */
  readonly dryRun: boolean;
  /** `undefined` when the user left it to us. */
  readonly speed: number | undefined;
  /** Seconds that we watch before we give up; the session goes on. */
  readonly deadline: number | undefined;
  readonly yes: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

const uploadFlags = {
  name: 'string',
  convert: 'boolean',
  again: 'boolean',
  'dry-run': 'boolean',
  speed: 'string',
  deadline: 'string',
  yes: 'boolean',
  json: 'boolean',
  help: 'boolean',
} as const satisfies FlagKinds;

/**
 * Reads the arguments of `upload`; all problems at once.
 * @throws InputRejected
 */
export function parseUploadArguments(argv: readonly string[], env: NodeJS.ProcessEnv = {}): UploadArguments {
  const flags = readFlags(argv, uploadFlags, env);
  const { given, words: paths, problems } = flags;
  const name = nameOf(flags);
  const speed = speedOf(flags);
  const deadline = deadlineOf(flags);
  if (paths.length === 0) {
    problems.push({
      where: 'files',
      message: 'Name a folder or files, as in npm run upload -- ~/Music/voices.',
    });
  }
  refuseProblems(flags);
  return {
    paths,
    name: name ?? nameAfter(paths[0] ?? ''),
    convert: given('convert'),
    again: given('again'),
    dryRun: given('dry-run'),
    speed,
    deadline,
    yes: given('yes'),
    json: given('json'),
    help: given('help'),
  };
}

/** The last part of a path, without what no name may hold. */
function nameAfter(path: string): string {
  const last = basename(resolve(path));
  const words = basename(last, extname(last))
    .replace(/\p{Cc}/gu, ' ')
    .trim();
  return [...words].slice(0, defaultSettings.limits.maxNameLength).join('') || 'Batch';
}
