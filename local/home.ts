import path from 'node:path';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('..', import.meta.url));

/** Where the local stack keeps everything: CHIRPSMITH_HOME, or `.chirpsmith/` in the project. */
export function homeDirectory(environment: Readonly<Record<string, string | undefined>>): string {
  const { CHIRPSMITH_HOME: home } = environment;
  return home ? path.resolve(home) : path.join(project, '.chirpsmith');
}
