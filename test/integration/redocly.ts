import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const cli = fileURLToPath(new URL('../../node_modules/@redocly/cli/bin/cli.js', import.meta.url));
const config = fileURLToPath(new URL('../../redocly.yaml', import.meta.url));
/** It tells nobody that it runs, and asks for no newer version. */
const quiet = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_NOTIFICATIONS: 'true' };

/** Runs the public linter and client generator. @throws Error with what it printed, when it is not content */
export async function redocly(...args: readonly string[]): Promise<string> {
  const env = { ...process.env, ...quiet };
  const { stdout, stderr } = await run(process.execPath, [cli, ...args, '--config', config], { env });
  return stdout + stderr;
}
