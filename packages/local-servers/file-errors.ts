import { existsSync, lstatSync } from 'node:fs';
import path from 'node:path';

/** A variable or flag that says where files are: `CHIRPSMITH_HOME`, `TMPDIR`, `--out`. */
export interface PathSetting {
  readonly name: string;
  /** Absolute: the path that it gives, or that holds without it. */
  readonly path: string;
}

interface Explanation {
  readonly what: string;
  /** What to do, where a setting says where the file is; its name takes the place of `%s`. */
  readonly advice: string;
  /** What to do first, or where no setting says where the file is. */
  readonly first?: string;
}

const explanations: Readonly<Record<string, Explanation>> = {
  ENOSPC: { what: 'the disk is full', first: 'Make room there', advice: 'point %s at another disk' },
  EDQUOT: {
    what: 'your disk quota is used up',
    first: 'Make room there',
    advice: 'point %s at another disk',
  },
  EROFS: { what: 'the file system is read-only', advice: 'point %s at a directory that can be written' },
  ENOENT: {
    what: 'it does not exist',
    first: 'Create its directory',
    advice: 'point %s at a directory that exists',
  },
  ENOTDIR: { what: 'a part of the path is a file', advice: 'point %s at a directory' },
  EEXIST: { what: 'a file is there already', first: 'Move it away', advice: 'point %s at a directory' },
  EISDIR: { what: 'it is a directory', first: 'Move it away', advice: 'point %s elsewhere' },
  ELOOP: { what: 'a link in the path leads back to itself', advice: 'point %s at the directory itself' },
  ENAMETOOLONG: { what: 'the path is too long', advice: 'point %s at a shorter path' },
  EIO: { what: 'the disk reports an error', first: 'Check the disk', advice: 'point %s at another one' },
  EMFILE: {
    what: 'this process has too many files open',
    first: 'Raise the limit of open files (ulimit -n)',
    advice: '',
  },
  ENFILE: { what: 'this machine has too many files open', first: 'Close other programs', advice: '' },
};

/** What the C library, and so LevelDB, says for some of the codes. */
const systemTexts: Readonly<Record<string, string>> = {
  'No space left on device': 'ENOSPC',
  'Disk quota exceeded': 'EDQUOT',
  'Read-only file system': 'EROFS',
  'Permission denied': 'EACCES',
  'Operation not permitted': 'EPERM',
  'Too many open files': 'EMFILE',
  'Input/output error': 'EIO',
};

/**
 * Explains an error of the file system in one line: the path, what is wrong with it, and what to do.
 * @param settings what a person can change; the first one is where an error without a path is taken to be
 * @returns undefined when neither the error nor a cause of it is known to be one of the file system
 */
export function explainFileError(error: unknown, settings: readonly PathSetting[]): string | undefined {
  for (let one: unknown = error, depth = 0; one instanceof Error && depth < 5; one = one.cause, depth++) {
    const found = codeAndPath(one);
    if (!found) continue;
    const file = found.path ?? settings[0]?.path;
    const setting = file === undefined ? undefined : settingOf(file, settings);
    const { what, first, advice } = explanations[found.code] ?? permission(file, setting);
    const pointed = setting ? advice.replace('%s', setting.name) : '';
    const steps = [first, pointed].filter((step) => step).join(', or ');
    const todo = steps === '' ? '' : ` ${steps.charAt(0).toUpperCase()}${steps.slice(1)}.`;
    return `${file ?? 'A file'} cannot be used: ${what}.${todo}`;
  }
  return undefined;
}

function codeAndPath(error: Error): { code: string; path: string | undefined } | undefined {
  const { code, path: file } = error as NodeJS.ErrnoException;
  if (code !== undefined && (code in explanations || permissionCodes.has(code))) return { code, path: file };
  const level = /IO error: (?:lock )?([^:]+): ([A-Z][a-zA-Z/ -]+)/.exec(error.message);
  const known = systemTexts[level?.[2] ?? ''];
  return known === undefined ? undefined : { code: known, path: level?.[1] };
}

const permissionCodes = new Set(['EACCES', 'EPERM']);

/** The innermost setting whose path holds the file. */
function settingOf(file: string, settings: readonly PathSetting[]): PathSetting | undefined {
  const holds = ({ path: folder }: PathSetting) => {
    const relative = path.relative(folder, file);
    return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
  };
  return settings.filter(holds).sort((a, b) => b.path.length - a.path.length)[0];
}

/** Names the owner of a file that the user may not use: often root, after a command was run with sudo once. */
function permission(file: string | undefined, setting: PathSetting | undefined): Explanation {
  const advice = 'point %s at a directory of your own';
  const me = process.getuid?.();
  const owner = file === undefined ? undefined : ownerOf(file);
  const tree = setting?.path ?? file;
  const isThere = tree !== undefined && existsSync(tree);
  if (me === undefined || owner === undefined || owner === me) {
    const first = me === undefined || !isThere ? '' : `Permit it (chmod -R u+rwX "${tree}")`;
    return { what: 'permission is missing', advice, first };
  }
  const first = isThere ? `Make it yours (sudo chown -R ${me} "${tree}")` : '';
  return { what: `it belongs to ${owner === 0 ? 'root' : `user ${owner}`}`, advice, first };
}

/** Whose the file is, or the nearest directory above it that is there. */
function ownerOf(file: string): number | undefined {
  for (let at = path.resolve(file); ; at = path.dirname(at)) {
    try {
      return lstatSync(at).uid;
    } catch {
      if (at === path.dirname(at)) return undefined;
    }
  }
}
