import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = resolve(fileURLToPath(new URL('..', import.meta.url)));

/**
 * The folder that the user was in. npm runs scripts in the project's folder and tells the user's one as
 * INIT_CWD; that counts only when it is this command that npm runs here.
 * @param script the command's name in package.json
 */
export function userDirectory(env: NodeJS.ProcessEnv, script: string): string {
  const byNpm = env.npm_lifecycle_event === script && resolve(process.cwd()) === project;
  return byNpm && env.INIT_CWD ? env.INIT_CWD : process.cwd();
}
