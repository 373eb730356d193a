import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { emptyHome } from '../local/running-stack.ts';
import { toReady } from './fake-sessions.ts';
import { prepared } from './prepared-folder.ts';
import { run, spawned } from './run-command.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));

/** A command as a user runs it: npx or npm, perhaps a shell, and the command. */
function started(program: 'npx' | 'npm', args: readonly string[], env: NodeJS.ProcessEnv) {
  const child = spawn(program, args, {
    cwd: project,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that nothing of it is left after the test.
    detached: true,
  });
  onTestFinished(() => {
    try {
      process.kill(-(child.pid ?? 0), 'SIGKILL');
    } catch {
      // It is gone already.
    }
  });
  const told = { output: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      told.output += text;
    });
  }
  return { child, told, closed: once(child, 'close') };
}

const until = (child: ChildProcess, told: { output: string }, words: string) =>
  expect.poll(() => told.output + (child.exitCode ?? ''), { timeout: 20_000 }).toContain(words);

const byNpx = ['npx', ['chirpsmith', 'train']] as const;
const byNpm = ['npm', ['run', '--silent', 'train', '--']] as const;

describe('a command whose npx or npm is gone', () => {
  it.each([
    ['SIGTERM', ...byNpx],
    ['SIGHUP', ...byNpx],
    ['SIGKILL', ...byNpx],
    ['SIGKILL', ...byNpm],
  ] as const)(
    'starts no session after a %s to %s in the middle of its uploads',
    async (signal, program, command) => {
      const { promise: putsGoOn, resolve: goOn } = Promise.withResolvers<unknown>();
      const { home, tracks, fake } = await prepared({ putDelay: 1500, putsGoOn });
      const { child, told, closed } = started(program, [...command, tracks, '--name', 'x', '--json'], {
        CHIRPSMITH_HOME: home,
      });
      await until(child, told, 'session.created');
      void once(child, 'exit').then(goOn);
      child.kill(signal);
      // The streams close when the last one that holds them ends: the command itself.
      await closed;
      expect(fake.starts).toEqual([]);
      expect(told.output).toContain('session.detached');
    },
  );

  it('sends nothing that costs when that has just happened, and looks before each such request', async () => {
    const { home, tracks, fake } = await prepared();
    let gone = false;
    const ended = await run('train', [tracks, '--name', 'x', '--json'], {
      home,
      parentIsGone: () => gone,
      told: (text) => {
        gone ||= text.includes('session.created');
      },
    });
    expect(ended.code).toBe(130);
    expect(fake.starts).toEqual([]);
  });

  it('ends the stack of start, which gives its home back', async () => {
    const { home } = emptyHome();
    const { child, told, closed } = started('npx', ['chirpsmith', 'start', '--json', '--port', '0'], {
      CHIRPSMITH_HOME: home,
    });
    await until(child, told, '"event":"ready"');
    child.kill('SIGTERM');
    await closed;
    expect(existsSync(path.join(home, 'stack.lock'))).toBe(false);
  });
});

describe('a reader that goes away', () => {
  it('stops no training: it continues to its end, and the exit code says which', async () => {
    const { home, tracks, fake } = await prepared({ steps: toReady });
    const ended = await spawned('train', [tracks, '--name', 'x', '--json'], {
      home,
      watch: (child) => child.stdout?.destroy(),
    });
    expect(ended.code).toBe(0);
    expect(fake.session(fake.starts[0] ?? '').status).toBe('ready');
  });

  it('gives an unfinished end its own exit code', async () => {
    const failure = { error: 'TrainingFailed', reason: 'Its own words.' } as const;
    const { home, tracks } = await prepared({ steps: [{ status: 'failed', failure }] });
    const ended = await spawned('train', [tracks, '--name', 'x', '--json'], {
      home,
      watch: (child) => child.stdout?.destroy(),
    });
    expect(ended.code).toBe(1);
  });

  it('ends no stack; a closed terminal ends it in order', async () => {
    const { home, run: start } = emptyHome();
    const stack = start('start', '--port', '0');
    await expect.poll(() => stack.stdout, { timeout: 20_000 }).toContain('Starting');
    stack.child.stdout?.destroy();
    stack.child.stderr?.destroy();
    const ready = path.join(home, 'stack.json');
    await expect
      .poll(() => existsSync(ready) || stack.child.exitCode !== null, { timeout: 20_000 })
      .toBe(true);
    expect(stack.child.exitCode).toBe(null);
    stack.child.kill('SIGHUP');
    const [code] = await once(stack.child, 'exit');
    expect(code).toBe(0);
    expect(existsSync(path.join(home, 'stack.lock'))).toBe(false);
  });
});
