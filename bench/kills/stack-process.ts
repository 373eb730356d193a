import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type ReadyInfo, readyShape } from '../../local/stack/ready-file.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
/** Longest that a start may take on a machine that is busy. */
const startWithinMs = 60_000;

/** The local stack as a process of its own, to be killed. */
export interface StackProcess {
  /** When everything listens. @throws Error with what it said, when it ended instead */
  readonly ready: Promise<ReadyInfo>;
  /** How it ended, when it did so by itself, with the last that it said. */
  end(): string | undefined;
  /** `kill -9`, and until it is gone. */
  kill(): Promise<void>;
}

/** Starts the stack as `npx chirpsmith start --json` does, on free ports. */
export function startStackProcess({ home, speed }: { home: string; speed: number }): StackProcess {
  const { PROVIDER_BASE_URL: _, PROVIDER_API_KEY: __, ...environment } = process.env;
  const child: ChildProcess = spawn(
    process.execPath,
    ['chirpsmith.mjs', 'start', '--json', '--port', '0', '--speed', String(speed), '--home', home],
    { cwd: project, env: environment, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const ended = once(child, 'close');
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk;
  });
  const ready = (async () => {
    if (!child.stdout) throw new Error('The stack has no output.');
    const late = AbortSignal.timeout(startWithinMs);
    const line = once(createInterface({ input: child.stdout }), 'line', { signal: late });
    line.catch(() => {});
    const first = await Promise.race([line, ended.then(() => undefined)]);
    if (!first) throw new Error(`The stack did not start: ${said.trim()}`);
    return readyShape.parse(JSON.parse(String(first[0])));
  })();
  // It may be killed while it starts.
  ready.catch(() => {});
  return {
    ready,
    end: () =>
      child.exitCode === null && child.signalCode === null
        ? undefined
        : `${child.exitCode ?? child.signalCode}: ${said.trim().slice(-2000)}`,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
