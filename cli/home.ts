import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('..', import.meta.url));

/** Where the local stack keeps everything: CHIRPSMITH_HOME, or `.chirpsmith/` in the project. */
export function homeDirectory(env: NodeJS.ProcessEnv): string {
  return env.CHIRPSMITH_HOME ? resolve(env.CHIRPSMITH_HOME) : join(project, '.chirpsmith');
}

/**
 * The folder that the user was in. npm runs scripts in the project's folder and tells the user's one as
 * INIT_CWD; that counts only when it is this command that npm runs here.
 */
export function userDirectory(env: NodeJS.ProcessEnv, script: string): string {
  const byNpm = env.npm_lifecycle_event === script && resolve(process.cwd()) === resolve(project);
  return byNpm && env.INIT_CWD ? env.INIT_CWD : process.cwd();
}
