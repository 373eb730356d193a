import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = resolve(fileURLToPath(new URL('..', import.meta.url)));

/** Scripts of package.json that run a command. */
const scripts = new Set(['train', 'start']);

/** The script of package.json that runs this command; npx has none, and any other is not about us. */
export function npmScript({ npm_lifecycle_event: name = '' }: NodeJS.ProcessEnv): string | undefined {
  return scripts.has(name) ? name : undefined;
}

/** The folder that the user was in: npm runs a script in the project's, and keeps the user's in INIT_CWD. */
export function userDirectory(env: NodeJS.ProcessEnv): string {
  const byNpm = npmScript(env) !== undefined && resolve(process.cwd()) === project;
  return byNpm && env.INIT_CWD ? env.INIT_CWD : process.cwd();
}
