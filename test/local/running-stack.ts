import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, onTestFinished } from 'vitest';
import { type ReadyInfo, readyShape } from '../../local/stack/ready-file.ts';
import { synthesize } from '../../local/synth.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
/** Synthesized once, for all tests that start the product. */
const assemblyHome = path.join(project, 'node_modules', '.cache', 'chirpsmith-test');
beforeAll(() => synthesize({ home: assemblyHome }));

/** A command as a user starts it, in a process of its own. */
export interface Run {
  readonly child: ChildProcess;
  stdout: string;
  stderr: string;
  readonly ended: Promise<number | null>;
}

/** Variables on top of the test's, and arguments for Node itself. */
interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeArguments?: readonly string[];
}

/**
 * An empty home, but for the assembly, which takes seconds to make; gone afterwards, with all it started.
 * @param finished after one test, or `afterAll`
 */
export function emptyHome(finished: (clean: () => Promise<void>) => void = onTestFinished) {
  const home = mkdtempSync(path.join(tmpdir(), 'chirpsmith-'));
  symlinkSync(path.join(assemblyHome, 'assembly'), path.join(home, 'assembly'));
  const runs: Run[] = [];
  finished(async () => {
    for (const { child } of runs) child.kill('SIGKILL');
    await Promise.all(runs.map(({ ended }) => ended));
    rmSync(home, { recursive: true, force: true });
  });

  function run(command: string, ...rest: readonly (string | RunOptions)[]): Run {
    const { PROVIDER_BASE_URL: _, PROVIDER_API_KEY: __, ...env } = process.env;
    const args = rest.filter((one) => typeof one === 'string');
    const [options = {}] = rest.filter((one) => typeof one !== 'string');
    const launch = [...(options.nodeArguments ?? []), path.join(project, 'chirpsmith.mjs'), command, ...args];
    const child = spawn(process.execPath, launch, {
      cwd: project,
      env: { ...env, CHIRPSMITH_HOME: home, ...options.env },
    });
    const started: Run = {
      child,
      stdout: '',
      stderr: '',
      ended: once(child, 'close').then(([code]) => code),
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      started.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      started.stderr += text;
    });
    runs.push(started);
    return started;
  }

  /** `npx chirpsmith start --json --port 0`, until it says where everything is. */
  async function startStack(...args: string[]): Promise<{ run: Run; ready: ReadyInfo }> {
    const started = run('start', '--json', '--port', '0', ...args);
    await expect.poll(() => started.stdout + started.stderr, { timeout: 20_000 }).toMatch(/\n/);
    return { run: started, ready: readyShape.parse(JSON.parse(started.stdout)) };
  }

  return { home, run, startStack };
}
