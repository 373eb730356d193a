import { existsSync } from 'node:fs';
import { access, constants, lstat, opendir, readdir, stat, statfs } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { pathSettings } from '../../local/index.ts';
import { explainFileError } from '../../packages/local-servers/file-errors.ts';

/** What the file system says of a home, or of where it will be. */
export interface HomeFacts {
  readonly exists: boolean;
  /** Bytes that a user may still write there; undefined where the system does not say. */
  readonly free: number | undefined;
  /** Why it cannot be used, and what to do. */
  readonly problem?: string;
  /** Others may read it or write into it: its permissions, like 755. */
  readonly openTo?: string;
  /** Entries of another user, by name: often root's, after a command was run with sudo once. */
  readonly foreign: readonly string[];
}

/** Looks at a home, and changes nothing. */
export async function homeFacts(home: string, env: NodeJS.ProcessEnv): Promise<HomeFacts> {
  const exists = existsSync(home);
  const place = exists ? home : nearest(home);
  const free = await statfs(place).then(
    // Some file systems say nothing, in zeros.
    ({ bavail, blocks, bsize }) => (blocks === 0 ? undefined : bavail * bsize),
    () => undefined,
  );
  const facts = { exists, free, foreign: [] };
  // Said of the home: that is what a person can change.
  const unusable = (error: unknown) => {
    const named = error instanceof Error ? Object.assign(error, { path: home }) : error;
    return { ...facts, problem: explainFileError(named, pathSettings(env)) ?? `${home} cannot be used.` };
  };
  try {
    await (await opendir(place)).close();
    await access(place, constants.W_OK | constants.X_OK);
  } catch (error) {
    return unusable(error);
  }
  const me = process.getuid?.();
  if (!exists || me === undefined) return facts;
  const { mode, uid } = await stat(home);
  // Its permissions can be changed by its owner alone.
  if (uid !== me) return unusable(Object.assign(new Error(), { code: 'EPERM' }));
  const entries = await readdir(home);
  const owners = await Promise.all(
    entries.map(async (name) => ({ name, owner: (await ownerOf(path.join(home, name))) ?? me })),
  );
  return {
    ...facts,
    ...((mode & 0o077) === 0 ? {} : { openTo: (mode & 0o777).toString(8) }),
    foreign: owners.filter(({ owner }) => owner !== me).map(({ name }) => name),
  };
}

/** Files may go meanwhile. */
const ownerOf = (file: string) =>
  lstat(file).then(
    ({ uid }) => uid,
    () => undefined,
  );

function nearest(file: string): string {
  const above = path.dirname(file);
  return existsSync(above) || above === file ? above : nearest(above);
}

/** Are there files from which AWS's libraries take a profile? */
export function hasSharedAwsFiles(env: NodeJS.ProcessEnv): boolean {
  const folder = path.join(homedir(), '.aws');
  const files = [
    env.AWS_SHARED_CREDENTIALS_FILE || path.join(folder, 'credentials'),
    env.AWS_CONFIG_FILE || path.join(folder, 'config'),
  ];
  return files.some((file) => existsSync(file));
}
