import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const cli = fileURLToPath(new URL('../../cli/', import.meta.url));

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command of the CLI as a user does, without a terminal; `watch` sees its output as it comes. */
export function run(
  command: 'train' | 'status',
  args: readonly string[],
  options: {
    home: string;
    env?: NodeJS.ProcessEnv;
    cwd?: string;
    watch?: (child: ChildProcess, output: string) => void;
  },
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(cli, `${command}.ts`), ...args], {
      cwd: options.cwd ?? options.home,
      env: {
        PATH: process.env.PATH,
        CHIRPSMITH_HOME: options.home,
        // Compiled once for all runs: half of a command's start.
        NODE_COMPILE_CACHE: join(tmpdir(), 'chirpsmith-compile-cache'),
        ...options.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      options.watch?.(child, stdout);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** Every line of standard output, each of which must be JSON. */
export function events({ stdout }: Ended): { event: string; [field: string]: unknown }[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'chirpsmith-cli-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
