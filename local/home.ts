import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChirpsmithError } from '../functions/shared/errors.ts';
import type { PathSetting } from '../packages/local-servers/file-errors.ts';

const project = fileURLToPath(new URL('..', import.meta.url));

type Environment = Readonly<Record<string, string | undefined>>;

const homeVariable = 'CHIRPSMITH_HOME';

/**
 * Where the local stack keeps everything: CHIRPSMITH_HOME, or `.chirpsmith/` in the project.
 * @throws ChirpsmithError BadInput when the variable holds no absolute path: each command would take a relative one
 *   from the directory that it is started in, and find another home there
 */
export function homeDirectory(environment: Environment): string {
  const given = environment[homeVariable];
  if (!given) return path.join(project, '.chirpsmith');
  const expanded = expandTilde(given, homeVariable);
  if (path.isAbsolute(expanded)) return path.resolve(expanded);
  const message = `${given} is a relative path; give the whole one: ${homeVariable}="${path.resolve(given)}"`;
  throw unusable(homeVariable, message);
}

/**
 * Puts the user's home directory in the place of a leading `~`, which a shell leaves alone in quotes, in `--home=~/x`
 * and in files of variables.
 * @throws ChirpsmithError BadInput for `~name`, another user's home
 */
function expandTilde(given: string, setting: string): string {
  if (!given.startsWith('~')) return given;
  if (given === '~' || /^~[/\\]/.test(given)) return path.join(homedir(), given.slice(1));
  throw unusable(setting, `${given} begins with a ~ that only a shell can expand; give the whole path.`);
}

function unusable(where: string, message: string): ChirpsmithError {
  return new ChirpsmithError('BadInput', 'The home of the local stack cannot be used.', {
    problems: [{ where, message }],
  });
}

/**
 * The home of a command that takes it as a flag, too, which wins. There a relative path is common, and counts from
 * where the command runs.
 * @returns it as the setting that a person can change
 * @throws ChirpsmithError BadInput as {@link homeDirectory} does
 */
export function chosenHome(flag: string | undefined, environment: Environment): PathSetting {
  if (flag === undefined) return { name: homeVariable, path: homeDirectory(environment) };
  return { name: '--home', path: path.resolve(expandTilde(flag, '--home')) };
}

/** Where files are, by the settings that a person can change; a home that cannot be used is left out. */
export function pathSettings(environment: Environment, flag?: string): PathSetting[] {
  const temporary = { name: process.platform === 'win32' ? 'TEMP' : 'TMPDIR', path: tmpdir() };
  try {
    return [chosenHome(flag, environment), temporary];
  } catch {
    return [temporary];
  }
}
